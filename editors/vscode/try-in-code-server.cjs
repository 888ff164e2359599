// What a person does: opens both files, reads the problems, applies a fix from the menu, saves.
const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const [address, project, fixed, screenshot] = process.argv.slice(2);
const SECONDS = 90;

async function open(page, name) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").fill(path.join(project, name));
  const file = path.basename(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: file }).first().click();
  await page.locator(`.tab.active[data-resource-name="${file}"]`).waitFor();
}

async function problems(page, count) {
  const rows = page.locator(".markers-panel .monaco-list-row");
  const deadline = Date.now() + SECONDS * 1000;
  for (;;) {
    const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
    const found = texts.filter((text) => text.includes("sleeplint"));
    if (found.length === count) {
      return texts;
    }
    if (Date.now() > deadline) {
      throw new Error(`${count} problems were expected in the panel, which shows: ${JSON.stringify(texts)}`);
    }
    await page.waitForTimeout(200);
  }
}

async function fix(page, name) {
  await open(page, name);
  await page.locator(".editor-instance .squiggly-warning").first().waitFor();
  await page.keyboard.press("F8"); // to the next problem
  await page.keyboard.press("Escape");
  const entry = page.locator(".action-widget .monaco-list-row.action", { hasNotText: "Ignore" }).first();
  for (let tries = 0; !(await entry.isVisible()); tries++) {
    if (tries === 10) {
      throw new Error(`${name}: no menu of actions opens`);
    }
    // What was asked for before the editor is at rest closes again.
    await page.keyboard.press("Control+.");
    await entry.waitFor({ timeout: 4000 }).catch(() => page.keyboard.press("Escape"));
  }
  const offered = await page.locator(".action-widget .monaco-list-row.action").allInnerTexts();
  console.log(`${name}: offered ${JSON.stringify(offered.map((text) => text.trim()))}`);
  await entry.click();
  await page.locator(".tab.active.dirty").waitFor();
  await page.keyboard.press("Control+S");
  const wanted = fs.readFileSync(path.join(fixed, name), "utf8");
  const deadline = Date.now() + SECONDS * 1000;
  while (fs.readFileSync(path.join(project, name), "utf8") !== wanted) {
    if (Date.now() > deadline) {
      throw new Error(`${name} is not what --fix writes:\n${fs.readFileSync(path.join(project, name), "utf8")}`);
    }
    await page.waitForTimeout(200);
  }
  console.log(`${name}: fixed, and the same as --fix writes`);
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.BROWSER, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(SECONDS * 1000);
  try {
    for (let tries = 0; ; tries++) {
      const answer = await page.goto(`${address}?folder=${encodeURIComponent(project)}`).catch(() => undefined);
      if (answer?.ok()) {
        break;
      }
      if (tries === 120) {
        throw new Error("code-server does not answer");
      }
      await page.waitForTimeout(500);
    }
    await page.locator(".monaco-workbench .explorer-folders-view").waitFor();
    await open(page, "test_polls.py");
    await open(page, "tests/hold.rs");
    await page.keyboard.press("Control+Shift+M");
    for (const row of await problems(page, 2)) {
      console.log(`problem: ${row}`);
    }
    await page.screenshot({ path: screenshot });
    await fix(page, "tests/hold.rs");
    await fix(page, "test_polls.py");
    await page.screenshot({ path: screenshot.replace(".png", "-after.png") });
  } catch (error) {
    await page.screenshot({ path: screenshot.replace(".png", "-failed.png") });
    console.error(String(error));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
})();
