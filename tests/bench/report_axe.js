/*
 * report_axe.js - what axe-core says of report.html, in light and dark: a measurement, needs the network once for its packages.
 *
 *     npm install --prefix DIR puppeteer-core axe-core && NODE_PATH=DIR/node_modules node tests/bench/report_axe.js /path/report.html...
 *
 * Needs chromium. Exit 1 when something serious or critical is found.
 */
"use strict";
const browserOf = require("puppeteer-core");

(async () => {
	const browser = await browserOf.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
	let serious = 0;
	for (const scheme of ["light", "dark"])
		for (const file of process.argv.slice(2)) {
			const page = await browser.newPage();
			await page.setBypassCSP(true);	/* axe is put into the page; the policy would stop it */
			await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
			await page.goto("file://" + file);
			await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
			const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
			const result = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), tags);
			for (const found of result.violations) {
				serious += ["serious", "critical"].includes(found.impact) ? 1 : 0;
				console.log([scheme, found.impact, found.id, found.nodes.length, found.nodes[0].html.slice(0, 160)].join("\t"));
			}
			console.log([scheme, file, result.violations.length + " violations", result.passes.length + " passes"].join("\t"));
			await page.close();
		}
	await browser.close();
	process.exit(serious > 0 ? 1 : 0);
})();
