"""Open a locked workbook in a LibreOffice of its own, over UNO; for the system's own Python.

Arguments: the file, its password, a folder for the profile. Says what stands in A3.
"""

import importlib
import subprocess
import sys
import time
from pathlib import Path

uno = importlib.import_module("uno")
PropertyValue = uno.getClass("com.sun.star.beans.PropertyValue")

PATIENCE = 90


def opened(file, password, folder):
    """Return the document."""
    pipe = f"bancheng{time.time_ns()}"
    office = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation={Path(folder).absolute().as_uri()}",
            "--headless",
            "--norestore",
            f"--accept=pipe,name={pipe};urp;",
        ]
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:
            if time.monotonic() > until:
                office.kill()
                raise
            time.sleep(0.5)
    desktop = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.frame.Desktop", context
    )
    options = [
        PropertyValue(Name="Hidden", Value=True),
        PropertyValue(Name="Password", Value=password),
    ]
    document = desktop.loadComponentFromURL(
        Path(file).absolute().as_uri(), "_blank", 0, tuple(options)
    )
    return document, desktop, office


if __name__ == "__main__":
    document, desktop, office = opened(*sys.argv[1:4])
    try:
        if document is None:
            sys.exit("not opened")
        sys.stdout.write(document.Sheets.getByIndex(0).getCellRangeByName("A3").String)
    finally:
        desktop.terminate()
        office.wait(30)
