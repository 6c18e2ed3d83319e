#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/contract.ofd, hundred-pages.ofd and contract.pdf (by tools/draw_contract.c); the same input gives the same bytes."""
import pathlib
import subprocess
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
LINES = ["电子印章使用示范合同", "", "甲方：天津海河示范科技有限公司", "乙方：天津津印演示服务中心", "",
         "一、甲乙双方本着平等自愿的原则，就电子印章的使用订立本合同。",
         "二、加盖电子印章的电子合同与加盖实物印章的纸质合同具有同等法律效力。",
         "三、打印或转换后的文件为复印件。", "", "（此件为测试数据，非真实合同）"]
NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def page(number):
    objects, ident = [], 100 * number
    for i, text in enumerate(LINES if number == 1 else [f"第 {number} 页"] + LINES[5:8]):
        if not text:
            continue
        ident += 1
        size = 8 if number == 1 and i == 0 else 4.5
        deltas = " ".join([str(size)] * (len(text) - 1))
        objects.append(f'<ofd:TextObject ID="{ident}" Boundary="25 {25 + 11 * i} 170 {size + 2}" Font="3" Size="{size}">'
                       f'<ofd:TextCode X="0" Y="{size}" DeltaX="{deltas}">{text}</ofd:TextCode></ofd:TextObject>')
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:Page {NS}><ofd:Content><ofd:Layer ID="{100 * number}">'
            + "".join(objects) + "</ofd:Layer></ofd:Content></ofd:Page>\n")


def ofd(name, pages):
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    parts = {
        "OFD.xml": f'{head}<ofd:OFD {NS} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
                   "<ofd:DocID>6a696e79696e00000000000000000001</ofd:DocID><ofd:CreationDate>2026-01-01</ofd:CreationDate></ofd:DocInfo>"
                   "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>\n",
        "Doc_0/Document.xml": f"{head}<ofd:Document {NS}><ofd:CommonData><ofd:MaxUnitID>{100 * pages + 99}</ofd:MaxUnitID>"
                              "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
                              "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>"
                              + "".join(f'<ofd:Page ID="{100000 + n}" BaseLoc="Pages/Page_{n - 1}/Content.xml"/>' for n in range(1, pages + 1))
                              + "</ofd:Pages></ofd:Document>\n",
        "Doc_0/PublicRes.xml": f'{head}<ofd:Res {NS} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>\n',
    }
    parts |= {f"Doc_0/Pages/Page_{n - 1}/Content.xml": page(n) for n in range(1, pages + 1)}
    with zipfile.ZipFile(DATA / name, "w", zipfile.ZIP_DEFLATED) as out:
        for path, text in parts.items():
            out.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text.encode(), zipfile.ZIP_DEFLATED)


ofd("contract.ofd", 1)
ofd("hundred-pages.ofd", 100)
with tempfile.TemporaryDirectory() as folder:
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "cairo-pdf"], check=True, capture_output=True, text=True).stdout.split()
    subprocess.run(["cc", ROOT / "tools" / "draw_contract.c", "-o", f"{folder}/draw", *flags], check=True)
    subprocess.run([f"{folder}/draw", DATA / "contract.pdf", *LINES], check=True)
