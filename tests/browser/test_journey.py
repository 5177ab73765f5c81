"""The story of the woman from Panzhuang, from the window to the supervisor's ledger; and the ways
in which typing can go wrong without anything being lost."""

from __future__ import annotations

import shutil
import subprocess

import openpyxl
import pytest

from tests.conftest import missing

pytestmark = pytest.mark.browser

CLERK, HANDLER = "clerk.linqing", "handler.linqing.scjg"
STORY = (
    "家住潘庄镇，来大厅登记一家公司。网上申请要求丈夫用智能手机做人脸识别实名认证，"
    "丈夫年纪大，没有智能手机，身边没有年轻人能帮忙。"
)
RESULT = "食药科执法人员上门帮办，用工作手机完成人脸识别，实名认证和电子签名均已通过。"
PHONE, MASKED_PHONE = "13900000742", "139****0742"


def fill(page, **typed):
    """Type what a form asks for, by the names of its fields."""
    for name, value in typed.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("it => it.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def send(page, label):
    """Press the button that sends the form, and wait for the answer."""
    with page.expect_navigation():
        page.locator("form#form").get_by_role("button", name=label).click()


def press(page, label):
    """Press one of the moves of a case, and wait for what it leads to."""
    with page.expect_navigation():
        page.get_by_role("group", name="办理").get_by_text(label, exact=True).click()


def told(page):
    """Return what the page says happened."""
    return page.locator(".notice.ok").inner_text()


def number_of(page):
    return page.locator(".case-head .mono").inner_text()


def register(person, matter="公司设立登记", name="李桂芬", **more):
    """Register a matter at the window and return its number."""
    person.open("/cases/add")
    fill(person.page, applicant_name=name, phone=PHONE, matter=matter, description=STORY, **more)
    send(person.page, "保存")
    person.page.wait_for_url("**/cases/show/*")
    return number_of(person.page)


def find(person, number):
    """Go to a case through the search box at the top of every page."""
    person.page.locator("#find").fill(number)
    person.page.locator("#find").press("Enter")
    person.page.wait_for_url("**/cases/list/?q=*")
    person.page.get_by_role("link", name=number, exact=True).click()
    person.page.wait_for_url("**/cases/show/*")


def accept(person):
    press(person.page, "受理")
    fill(person.page, classification="应办未办")
    send(person.page, "受理")


def test_the_woman_from_panzhuang_gets_her_company(served, at, tmp_path):
    clerk = at(served, CLERK)
    page = clerk.page
    number = register(clerk, urgency="紧急", situation="申请未受理", visits="2",
                      address="临清市潘庄镇和顺村 16 号", demand="希望帮丈夫完成实名认证。")
    assert number.startswith("LQ-")
    assert page.get_by_text(MASKED_PHONE).count() == 1
    assert PHONE not in page.content()

    accept(clerk)
    press(page, "派发")
    chosen = page.locator("select[name=lead_department] option:checked").inner_text()
    assert chosen.startswith("市场监管科"), "the list of responsibilities proposes the department"
    assert "按权责清单推荐：市场监管科" in page.locator("#h-lead_department").inner_text()
    fill(page, note="属应办未办，请于 3 个工作日内解决，并同时报局领导。")
    send(page, "派发")
    assert page.locator(".big-lamp").inner_text().startswith("还剩")
    assert "3 个工作日" in page.locator(".clock").inner_text()
    assert page.locator(".days .in").count() == 3

    handler = at(served, HANDLER)
    handler.page.get_by_role("link", name="待签收").first.click()
    find(handler, number)
    press(handler.page, "签收")
    assert "签收完成" in told(handler.page)
    press(handler.page, "反馈进展")
    fill(handler.page, note="已请在潘庄镇检查的食药科执法人员上门帮办。")
    send(handler.page, "反馈进展")
    press(handler.page, "办结")
    fill(handler.page, result=RESULT)
    send(handler.page, "办结")
    assert handler.page.locator(".big-lamp").inner_text() == "按期办结"

    find(clerk, number)
    press(page, "结案")
    fill(page, satisfaction="非常满意", note="电话回访，申请人非常满意。")
    send(page, "结案")
    assert "已结案" in page.locator(".case-head").inner_text()
    verbs = page.locator(".line li b").all_inner_texts()
    assert verbs == ["结案", "办结", "反馈进展", "签收", "派发", "受理", "登记"]

    supervisor = at(served, "supervisor.linqing")
    check_filtered_export(supervisor, number, tmp_path)
    check_taken_ledger(supervisor, number, tmp_path)
    assert clerk.complaints + handler.complaints + supervisor.complaints == []


def check_filtered_export(supervisor, number, folder):
    page = supervisor.page
    supervisor.open(f"/cases/list/?tab=closed&q={number}")
    assert page.locator(".listing tbody tr").count() == 1
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name.startswith("办不成事台账_")
    rows = ledger_rows(path)
    assert [row["编号"] for row in rows] == [number]
    check_row(rows[0])
    check_with_libreoffice(path, number)


def check_taken_ledger(supervisor, number, folder):
    page = supervisor.page
    supervisor.open("/ledgers/list/")
    page.get_by_role("link", name="生成台账").click()
    fill(page, kind="办不成事台账")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="生成并下载").click()
    path = folder / f"taken_{waiting.value.suggested_filename}"
    waiting.value.save_as(path)
    rows = {row["编号"]: row for row in ledger_rows(path)}
    assert len(rows) > 30
    check_row(rows[number])


def ledger_rows(path):
    sheet = openpyxl.load_workbook(path)["台账"]
    heads = [cell.value for cell in sheet[2]]
    return [dict(zip(heads, values, strict=True))
            for values in sheet.iter_rows(min_row=3, values_only=True)]


def check_row(row):
    expected = {
        "大厅": "临清市政务服务大厅", "来源渠道": "窗口", "联系电话": MASKED_PHONE,
        "事项名称": "公司设立登记", "情形": "申请未受理", "分类": "应办未办", "反映内容": STORY,
        "主办科室": "市场监管科", "时限(工作日)": 3, "状态": "已结案", "是否超期": "否",
        "办理结果": RESULT, "满意度": "非常满意",
    }
    assert {name: row[name] for name in expected} == expected
    assert "桂芬" not in row["反映人"]
    assert row["受理时间"] <= row["派发时间"] <= row["办结时间"] < row["到期时间"]


def check_with_libreoffice(path, number):
    """Open the ledger with the office suite of the reader and look at the row again."""
    office = shutil.which("soffice") or missing("LibreOffice")
    folder = path.parent / "office"
    subprocess.run([office, f"-env:UserInstallation=file://{folder}/profile", "--headless",
                    "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,"
                    "false,false,false,1", "--outdir", str(folder), str(path)],
                   check=True, timeout=120, capture_output=True)
    text = next(folder.glob("*.csv")).read_text()
    row = next(line for line in text.splitlines() if line.startswith(number))
    for word in (MASKED_PHONE, "公司设立登记", STORY, "市场监管科", RESULT, "非常满意"):
        assert word in row
    assert PHONE not in text


def test_a_refusal_says_why_and_where_to_turn(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, matter="医疗纠纷赔偿", name="周保国")
    press(page, "不予受理")
    send(page, "不予受理")
    assert page.locator("#e-refusal_reason").inner_text() == "必填"
    assert page.locator("#e-remedy").inner_text() == "必填"
    reason, remedy = "属于医患双方的民事纠纷。", "可申请人民调解，或者向人民法院起诉。"
    fill(page, refusal_reason=reason)
    send(page, "不予受理")
    assert page.locator("[name=refusal_reason]").input_value() == reason
    fill(page, remedy=remedy)
    send(page, "不予受理")
    body = page.locator(".case-body").inner_text()
    assert reason in body
    assert remedy in body
    assert page.locator(".big-lamp").inner_text() == "不予受理"
    assert page.get_by_role("group", name="办理").count() == 0


def test_a_matter_is_settled_on_the_spot(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, name="孙秀兰")
    press(page, "当场办结")
    fill(page, classification="应办未办", result="窗口当场协助完成申报。", satisfaction="满意")
    send(page, "当场办结")
    assert page.locator(".big-lamp").inner_text() == "当场办结"
    assert "已结案" in page.locator(".case-head").inner_text()


def test_two_clerks_edit_one_case_and_neither_loses_a_word(demo_site, at):
    first, second = at(demo_site, CLERK), at(demo_site, CLERK)
    register(first, name="赵德明")
    address = first.page.url.replace("/show/", "/edit/")
    for person in (first, second):
        person.page.goto(address)
    fill(first.page, demand="希望本周内办好。")
    send(first.page, "保存")
    assert "已保存" in told(first.page)

    page = second.page
    typed = {"demand": "希望有人上门。", "matter": "个体工商户登记"}
    fill(page, **typed)
    send(page, "保存")
    notice = page.locator(".notice.warn.tall")
    name = page.locator(".person").inner_text()
    assert "这条记录被改动了" in notice.inner_text()
    assert name in notice.inner_text(), "it says who"
    assert "希望本周内办好。" in notice.inner_text(), "it says what"
    for field, value in typed.items():
        assert page.locator(f"[name={field}]").input_value() == value
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")
    body = page.locator(".case-body").inner_text()
    assert "希望本周内办好。 → 希望有人上门。" in body


def test_leaving_a_typed_form_is_asked_about_and_an_untouched_one_is_not(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    clerk.open("/cases/add")
    page.get_by_role("link", name="取消").click()
    page.wait_for_url("**/cases/list/")
    assert asked == []

    clerk.open("/cases/add")
    page.locator("[name=applicant_name]").press_sequentially("钱")
    page.get_by_role("link", name="取消").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/cases/add")
    assert page.locator("[name=applicant_name]").input_value() == "钱"


def test_a_matter_is_registered_with_the_keyboard_alone(demo_site, at):
    clerk = at(demo_site, CLERK)
    page, keys = clerk.page, clerk.page.keyboard
    clerk.open("/cases/list/")
    keys.press("n")
    page.wait_for_url("**/cases/add")
    typed = {"applicant_name": "吴建军", "phone": PHONE, "matter": "公司设立登记",
             "description": STORY}
    seen = []
    while (name := tab(page)) != "description":
        seen.append(name)
        assert len(seen) < 60, seen
        if name in typed:
            keys.type(typed[name])
    keys.type(STORY)
    keys.press("Control+Enter")
    page.wait_for_url("**/cases/show/*")
    assert "吴建军" in page.locator(".case-body").inner_text()
    assert [name for name in seen if name in typed] == ["applicant_name", "phone", "matter"]

    while page.evaluate("document.activeElement.innerText") != "受理":
        tab(page)
    keys.press("Enter")
    page.wait_for_url("**/accept")
    while tab(page) != "classification":
        pass
    keys.press("ArrowDown")
    while tab(page) != "保存":
        if page.evaluate("document.activeElement.type") == "submit":
            break
    keys.press("Enter")
    page.wait_for_url("**/cases/show/*")
    assert "受理完成" in told(page)


def tab(page):
    """Go on to the next thing that can be reached, and return its name."""
    page.keyboard.press("Tab")
    return page.evaluate("document.activeElement.name || ''")


def test_what_was_typed_survives_an_error_beside_its_field(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    clerk.open("/cases/add")
    fill(page, applicant_name="郑文华", visits="1000", description=STORY)
    send(page, "保存")
    assert page.locator("#e-matter").inner_text() == "必填"
    assert page.locator("[name=description]").input_value() == STORY
    page.get_by_role("link", name="事项名称：必填").click()
    assert page.evaluate("document.activeElement.name") == "matter"
    fill(page, matter="公司设立登记")
    send(page, "保存")
    assert "到厅次数须在 0 至 999 之间" in page.locator("#e-visits").inner_text()
    assert page.locator("[name=applicant_name]").input_value() == "郑文华"


def test_personal_data_is_shown_after_a_reason_and_the_look_is_in_the_timeline(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, name="冯玉梅")
    address = page.url
    page.locator(".fact", has_text="联系电话").locator(".reveal").click()
    fill(page, reason="核对回访号码")
    send(page, "查看")
    assert page.get_by_text(PHONE).count() == 1
    page.goto(address)
    assert PHONE not in page.content()
    assert "核对回访号码" in page.locator(".line").inner_text()
