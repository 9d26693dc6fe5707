# SPDX-License-Identifier: MIT
"""The pages in Chromium, as somebody with a keyboard and no mouse sees them.

usage: browse.py VERIFIER-PORT FOLDER    reader.pem, reader.key, ca.pem
Prints "NAME: ok", or what is wrong, for each check; screenshots go to FOLDER.
"""
import socket
import ssl
import sys
import threading
import time

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]

# The lowest contrast of a text with what is behind it, WCAG 2.2 1.4.3.
CONTRAST = """
const channel = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
    return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b); };
const behind = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor;
    if (!c.startsWith('rgba') || !c.endsWith(', 0)')) return c; }
    return 'rgb(255, 255, 255)'; };
let least = [99, ''];
for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
    if (e.closest('option, .skip, details > table, desc, title')) continue;
    const style = getComputedStyle(e);
    const ink = e.ownerSVGElement ? style.fill : style.color;
    const [a, b] = [light(ink), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < least[0]) least = [ratio, e.tagName + ' ' + e.textContent];
}
return least;
"""


def pump(client, up):
    """One thread for both ways: an SSL object is for one thread at a time."""
    up.settimeout(0.02)
    client.settimeout(0.02)
    ends = ((client, up), (up, client))
    while True:
        for source, sink in ends:
            try:
                data = source.recv(65536)
                if not data:
                    return
                sink.settimeout(20)
                sink.sendall(data)
                sink.settimeout(0.02)
            except TimeoutError:
                continue
            except OSError:
                return


def serve(listener, context):
    def one(client):
        with client, context.wrap_socket(
                socket.create_connection(("127.0.0.1", PORT))) as up:
            pump(client, up)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=one, args=(client,), daemon=True).start()


def proxy():
    """Chromium asks for no client certificate here: this one shows the reader's."""
    context = ssl.create_default_context(cafile="ca.pem")
    context.load_cert_chain("reader.pem", "reader.key")
    context.check_hostname = False
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener, context), daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def chromium():
    options = webdriver.ChromeOptions()
    for arg in ("--headless=new", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--user-data-dir=profile",
                "--window-size=1280,1000"):
        options.add_argument(arg)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options)


class Walk:
    def __init__(self, driver, origin):
        self.driver, self.origin = driver, origin

    def go(self, path):
        self.driver.get(self.origin + path)

    def active(self):
        return self.driver.switch_to.active_element

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, text, most=60):
        """Each stop on the way is seen: it has an outline, and is in view."""
        for _ in range(most):
            self.press(Keys.TAB)
            here = self.active()
            if here.tag_name in ("html", "body"):
                continue
            outline = here.value_of_css_property("outline-style")
            assert outline != "none", f"no focus at {here.text}"
            if here.text == text or here.get_attribute("id") == text:
                return here
        raise AssertionError(f"no way to {text} by keyboard")

    def wait_for(self, what):
        for _ in range(50):
            if what(self.driver):
                return
            time.sleep(0.1)
        raise AssertionError(f"still at {self.driver.current_url}")

    def shot(self, name):
        path = f"{FOLDER}/{name}.png"
        height = self.driver.execute_script(
            "return document.documentElement.scrollHeight")
        width = self.driver.execute_script("return innerWidth")
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": min(height, 4000),
            "deviceScaleFactor": 1, "mobile": False})
        assert self.driver.save_screenshot(path)
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def scheme(self, which):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": which}]})


PAGES = {"fleet": "/", "untrusted": "/?state=untrusted",
         "device": "/device/press1", "evidence": "/device/press1/evidence",
         "violations": "/violations"}


def keyboard(w):
    w.go("/")
    w.press(Keys.TAB)
    skip = w.active()
    assert skip.text == "Skip to the content", skip.text
    assert skip.rect["y"] >= 0 and skip.is_displayed()
    w.press(Keys.ENTER)
    assert w.active().tag_name == "main", w.active().tag_name
    w.tab_to("The plot as a table")
    w.press(Keys.ENTER)
    assert w.driver.find_element(By.CSS_SELECTOR, "details td").is_displayed()
    w.tab_to("state")
    w.press("untr")
    w.tab_to("Show")
    w.press(Keys.ENTER)
    w.wait_for(lambda d: "state=untrusted" in d.current_url)
    w.tab_to("press1")
    w.press(Keys.ENTER)
    w.wait_for(lambda d: d.current_url.endswith("/device/press1"))
    record = w.driver.find_element(By.PARTIAL_LINK_TEXT, "record ").text
    w.tab_to(record)
    w.press(Keys.ENTER)
    w.wait_for(lambda d: "/record?number=" in d.current_url)
    assert w.driver.find_element(By.TAG_NAME, "h1").text == (
        f"R{record[1:]} of press1")
    w.tab_to("its evidence")
    w.press(Keys.ENTER)
    w.wait_for(lambda d: d.current_url.endswith("/press1/evidence"))
    told = w.driver.find_element(By.CSS_SELECTOR, "tbody tr")
    number, kind, path, digest = [
        e.text for e in told.find_elements(By.CSS_SELECTOR, "th, td")]
    assert kind and path and len(digest) == 64, told.text
    w.tab_to(number)
    w.press(Keys.ENTER)
    w.wait_for(lambda d: d.current_url.endswith(f"number={number}"))
    assert path in [e.text for e in w.driver.find_elements(
        By.CSS_SELECTOR, "tbody bdi")]


def paging(w):
    """Each device is on one page, the worst on the first."""
    def names():
        return [e.text for e in w.driver.find_elements(
            By.CSS_SELECTOR, "tbody th a[href^='/device/']")]
    w.go("/")
    first = names()
    assert len(first) == 100 and set(first[:2]) == {"press1", "dev-11"}
    w.driver.find_element(By.LINK_TEXT, "Next").click()
    w.wait_for(lambda d: "page=2" in d.current_url)
    caption = w.driver.find_element(By.ID, "list").text
    assert caption == "101 to 151 of 151 devices, the worst first", caption
    rest = names()
    assert sorted(first + rest) == sorted(
        ["press1"] + [f"dev-{i}" for i in range(150)])
    assert not w.driver.find_elements(By.LINK_TEXT, "Next")


def looks(w, scheme):
    w.scheme(scheme)
    for name, path in PAGES.items():
        w.go(path)
        ratio, where = w.driver.execute_script(CONTRAST)
        w.shot(f"{name}-{scheme}")
        assert ratio >= 4.5, f"{name}: {ratio:.2f} at {where}"
        paper = w.driver.execute_script(
            "return getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (scheme == "light"), paper


def narrow(w):
    w.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": True})
    for path in PAGES.values():
        w.go(path)
        wide = w.driver.execute_script(
            "return document.documentElement.scrollWidth")
        assert wide <= 320, f"{path}: {wide} wide"
    w.go("/")
    assert w.driver.save_screenshot(f"{FOLDER}/fleet-narrow.png")
    w.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def hostile(w):
    for path, title in (("", "press1"), ("/evidence", "Evidence of press1")):
        w.go("/device/press1" + path)
        assert w.driver.title == f"{title} - shinrai", w.driver.title
        for tag in ("script", "img", "b", "i"):
            assert not w.driver.find_elements(By.TAG_NAME, tag), tag
        texts = [e.text for e in w.driver.find_elements(By.TAG_NAME, "bdi")]
        assert any("<script src=//evil.example>" in t for t in texts), texts


def console(w):
    """Of all that was done before; and what CSP refuses is seen in it."""
    said = w.driver.get_log("browser")
    assert not said, said
    w.go("/")
    w.driver.execute_script(
        "document.body.insertAdjacentHTML('beforeend', "
        "'<img src=\"https://127.0.0.1:1/x\"><p style=\"color:red\">')")
    time.sleep(0.3)
    said = w.driver.get_log("browser")
    assert len([e for e in said if "Content Security Policy" in
                e["message"]]) >= 2, said


def main():
    driver = chromium()
    walk = Walk(driver, proxy())
    try:
        for name, check in (("keyboard", keyboard), ("hostile", hostile),
                            ("paging", paging),
                            ("light", lambda w: looks(w, "light")),
                            ("dark", lambda w: looks(w, "dark")),
                            ("narrow", narrow), ("console", console)):
            try:
                check(walk)
                print(f"{name}: ok", flush=True)
            except Exception as wrong:  # what a browser says has many names
                print(f"{name}: {type(wrong).__name__}: {wrong}", flush=True)
    finally:
        driver.quit()


main()
