// Opens pages in Chromium and tells what a person and an accessibility checker see there, as JSON on stdout.
// stdin: {executable, origin, cookie?, looks: [{name, path or html, width, dark?, script?, shot?, keys?, headers?}]}
//   print: as on paper; script: false switches JavaScript off; shot: file of a screenshot; keys: pressed one after the other ("text:abc" types)
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const job = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({ executablePath: job.executable, args: ["--no-sandbox"] });
const seen = {};
for (const look of job.looks) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 800 },
    colorScheme: look.dark ? "dark" : "light",
    javaScriptEnabled: look.script !== false,
    extraHTTPHeaders: look.headers ?? {},
    bypassCSP: look.script !== false, // the checker is a script of ours; the pages themselves have none
  });
  if (job.cookie) await context.addCookies([{ ...job.cookie, url: job.origin }]);
  const page = await context.newPage();
  if (look.print) await page.emulateMedia({ media: "print" });
  const complaints = [];
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && complaints.push(line.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const answer = look.html ? null : await page.goto(job.origin + look.path, { waitUntil: "load" });
  if (look.html) await page.setContent(look.html);
  for (const key of look.keys ?? []) {
    if (key.startsWith("text:")) await page.keyboard.type(key.slice(5));
    else await Promise.all([key === "Enter!" ? page.waitForNavigation() : null, page.keyboard.press(key.replace("!", ""))]);
  }
  const told = { status: answer?.status() ?? 0, url: page.url(), complaints };
  told.text = await page.locator("body").innerText();
  if (look.script !== false) {
    told.card = await page.evaluate(() => getComputedStyle(document.querySelector("section") ?? document.body).backgroundColor);
    told.widest = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
    const found = await page.evaluate(() => window.axe.run(document));
    told.violations = found.violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`);
  }
  if (look.shot) await page.screenshot({ path: look.shot, fullPage: true });
  seen[look.name] = told;
  await context.close();
}
await browser.close();
console.log(JSON.stringify(seen));
