"""The situations that the invented cases tell, and the one story that is told in full."""

from datetime import time

from app.demo import stories_companies, stories_household, stories_traders, stories_welfare
from app.demo.story import Moment, Narrative, Refusal

SITUATIONS = {
    "not_accepted": "申请未受理",
    "not_approved": "申请未通过",
    "late": "受理或审批超时",
    "repeated_visits": "多次到厅未办成",
    "attitude": "工作人员态度或推诿",
    "elsewhere": "别处能办此处不能办",
    "other": "其他合理诉求",
}

CHANNELS = {
    "window": "窗口",
    "hotline": "热线",
    "online": "网上",
    "mobile": "移动端",
    "kiosk": "自助终端",
    "transfer": "12345 转办",
}

CLASSIFICATIONS = {
    "should_be_done": "应办未办",
    "unlawful": "依法不应办",
    "infeasible": "客观办不了",
}

STORIES = (
    *stories_companies.STORIES,
    *stories_traders.STORIES,
    *stories_household.STORIES,
    *stories_welfare.STORIES,
)

_NO_LITIGATION = "该事项已进入诉讼程序，不属于本窗口受理范围。"
_NO_DISPUTE = "该事项属于平等主体之间的民事纠纷，不属于本窗口受理范围。"

REFUSALS = (
    Refusal(
        matters=("bdc-01",),
        description="和邻居因为宅基地边界闹到法院，一审已经判了，我不服。现在想让不动产窗口把"
        "登记改回来，不要等二审结果。",
        demand="希望窗口直接更正登记。",
        reason=_NO_LITIGATION,
        remedy="可在上诉期内向上一级人民法院提起上诉；判决生效后凭生效法律文书申请登记。",
        criterion="B1",
    ),
    Refusal(
        matters=("scjg-03",),
        description="我和合伙人因为分红闹翻，他拿着公章不给，公司的事都办不了。希望窗口出面"
        "把公章要回来。",
        demand="希望责令合伙人交还公章。",
        reason=_NO_DISPUTE,
        remedy="可先协商或者向人民调解委员会申请调解，也可以向人民法院提起诉讼。",
        criterion="B3",
        applicant="company",
    ),
    Refusal(
        matters=("zjk-04",),
        description="租客拖欠三个月房租还不搬走，听说窗口什么难事都管。希望派人去催一催，"
        "或者从他的公积金里扣。",
        demand="希望帮助追回房租。",
        reason=_NO_DISPUTE,
        remedy="可向房屋所在地人民调解委员会申请调解，或者向人民法院提起诉讼。",
        criterion="B3",
    ),
    Refusal(
        matters=("sbk-03",),
        description="对二十年前企业改制时的身份认定有意见。已经向信访部门反映过，复查意见也"
        "收到了，仍然不同意。",
        demand="希望窗口重新认定工龄。",
        reason="该事项已经纳入信访程序办理，不属于本窗口受理范围。",
        remedy="可在收到复查意见之日起三十日内，向复查机关的上一级机关、单位请求复核。",
        criterion="B2",
    ),
    Refusal(
        matters=("scjg-02",),
        description="营业执照地址想写在已经公告拆除的违法建筑里。房子还没有拆，认为先办了再说，"
        "到时候再改。",
        demand="希望先按该地址登记。",
        reason="所提要求违反现行法律和政策规定，不属于本窗口受理范围。",
        remedy="可更换合法经营场所后申请登记；对不予受理有异议的，可向本级政务服务主管部门申诉。",
        criterion="B4",
    ),
    Refusal(
        matters=("ybk-03",),
        description="认为医院手术没有做好，留下后遗症，和医院谈赔偿谈不拢。希望医保窗口出面"
        "让医院赔钱。",
        demand="希望责成医院赔偿。",
        reason="该事项属于医疗纠纷，不属于本窗口受理范围。",
        remedy="可与医院协商、向医疗纠纷人民调解委员会申请调解，或者向人民法院提起诉讼。",
        criterion="B3",
    ),
)

_CLERK, _HANDLER = "clerk.linqing", "handler.linqing.scjg"
_ASSISTANT, _LEADER = "handler.linqing.syk", "supervisor.linqing"

PANZHUANG = Narrative(
    hall="linqing",
    channel="window",
    registered=time(9, 20),
    applicant="individual",
    name="李桂芬",
    phone="13900000635",
    address="临清市潘庄镇和顺村 16 号",
    matter="scjg-01",
    situation="not_accepted",
    visits=2,
    description="家住潘庄镇，来大厅登记一家公司。网上申请要求丈夫用智能手机做人脸识别实名认证，"
    "丈夫年纪大，没有智能手机，也不会用；儿女都在外地，身边没有年轻人能帮忙。"
    "没有实名认证就不能电子签名，申请一直停在这一步，已经跑了两趟没有办成。",
    demand="希望帮丈夫完成实名认证和电子签名，把公司登记办下来。",
    urgency="urgent",
    classification="should_be_done",
    moments=(
        Moment(
            0,
            time(9, 32),
            "accept",
            _CLERK,
            {"classification": "should_be_done", "criterion": "S1"},
        ),
        Moment(
            0,
            time(9, 40),
            "dispatch",
            _CLERK,
            {
                "department": "scjg",
                "assist": "syk",
                "note": "属应办未办：材料齐全，只差股东实名认证。请于 3 个工作日内解决，"
                "并同时报局领导；请食药科协助上门。",
            },
        ),
        Moment(0, time(9, 55), "sign", _HANDLER, {}),
        Moment(
            0,
            time(10, 5),
            "contact",
            _HANDLER,
            {"note": "已电话联系申请人，其丈夫今日在家，可以配合上门认证。"},
        ),
        Moment(
            0,
            time(10, 15),
            "raise",
            _HANDLER,
            {"note": "需两个科室配合上门，报请局领导协调当日安排。"},
        ),
        Moment(
            0,
            time(10, 30),
            "instruct",
            _LEADER,
            {"note": "食药科执法人员今日正在潘庄镇检查，请检查结束后顺道上门，当天办好。"},
        ),
        Moment(
            0,
            time(10, 40),
            "plan_visit",
            _HANDLER,
            {
                "officer": "周立军（食药科）",
                "place": "临清市潘庄镇和顺村 16 号",
                "visit_at": "14:30",
                "note": "请带工作手机，协助申请人的丈夫完成人脸识别。",
            },
        ),
        Moment(0, time(10, 50), "sign_assist", _ASSISTANT, {}),
        Moment(
            0,
            time(15, 10),
            "report_visit",
            _ASSISTANT,
            {
                "note": "两名执法人员已到申请人家中，用工作人员手机为其丈夫完成人脸识别，"
                "实名认证通过，电子签名已提交。"
            },
        ),
        Moment(
            0,
            time(15, 20),
            "finish_assist",
            _ASSISTANT,
            {"note": "食药科协助上门认证完毕，请市场监管科审核登记申请。"},
        ),
        Moment(
            0,
            time(16, 5),
            "resolve",
            _HANDLER,
            {
                "result": "食药科人员上门帮办，用工作人员手机完成人脸识别，实名认证和电子签名"
                "均已通过，公司登记申请审核通过，营业执照已核发。"
            },
        ),
        Moment(
            1,
            time(9, 45),
            "callback",
            _CLERK,
            {
                "satisfaction": 5,
                "note": "电话回访，申请人对上门帮办非常满意。“没有智能手机无法实名认证”"
                "计入高频问题原因。",
            },
        ),
        Moment(1, time(9, 50), "close", _CLERK, {"cause": "0301"}),
    ),
)
