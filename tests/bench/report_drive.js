/*
 * report_drive.js - drives the rows of report.html (timeline and files of the whole case) as a person does, from file://, and times it.
 *
 *     npm install --prefix DIR puppeteer-core && NODE_PATH=DIR/node_modules node tests/bench/report_drive.js /path/report.html WORD OUT.png
 *
 * WORD: one that stands in few rows of the timeline. Needs chromium. Exit 1 when the console complains, a request leaves the folder, or a figure is missed.
 */
"use strict";
const browserOf = require("puppeteer-core"), path = require("path");

(async () => {
	const [file, word, picture] = process.argv.slice(2);
	const browser = await browserOf.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"], protocolTimeout: 600000 });
	const page = await browser.newPage();
	let bad = 0;
	const complain = (what) => { bad++; console.log("not ok - " + what); };
	page.on("console", (message) => complain("console: " + message.text()));
	page.on("pageerror", (error) => complain("error: " + error.message));
	page.on("request", (request) => { if (!request.url().startsWith("file://" + path.dirname(file)) && !request.url().startsWith("data:")) complain("request: " + request.url()); });
	await page.setViewport({ width: 1280, height: 900 });
	await page.goto("file://" + file);
	const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
	const load = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
	console.log("first contentful paint " + paint.toFixed(0) + " ms, loaded " + load.toFixed(0) + " ms");
	if (load > 2000)
		complain("the first page takes more than 2 s");
	/* act, then wait until the rows stand there; time until they do and until it is at rest */
	const timed = async (name, set, act, argument, limit) => {
		const figures = await page.evaluate(async (name, set, act, argument) => {
			const box = document.querySelector(".explore[data-set=" + set + "]"), body = box.querySelector("tbody"), begin = performance.now();
			delete box.dataset.done;
			const changed = new Promise((resolve) => new MutationObserver((_, o) => { o.disconnect(); resolve(performance.now()); }).observe(body, { childList: true }));
			const done = new Promise((resolve) => new MutationObserver((_, o) => { if (box.dataset.done) { o.disconnect(); resolve(performance.now()); } }).observe(box, { attributes: true }));
			(new Function("box", "argument", act))(box, argument);
			const shown = await changed, end = await done;
			return { shown: shown - begin, end: end - begin, rows: body.rows.length, status: box.querySelector("[role=status]").textContent,
				first: body.rows.length > 0 ? body.rows[0].textContent.slice(0, 140) : "" };
		}, name, set, act, argument);
		console.log(name + ": first rows " + figures.shown.toFixed(0) + " ms, at rest " + figures.end.toFixed(0) + " ms; " + figures.status + "\n    " + figures.first);
		if (limit !== undefined && figures.shown > limit)
			complain(name + " takes more than " + limit + " ms");
		return figures;
	};
	const set = (name) => "const f = box.querySelector('[name=" + name + "]'); f.value = argument; f.dispatchEvent(new Event(f.type === 'search' ? 'input' : 'change'));";
	const press = (name) => "box.querySelector('." + name + "').click();";
	await timed("timeline opened", "timeline", "box.querySelector('details').open = true;");
	const hit = await timed("search of a rare word", "timeline", set("text"), word, 300);
	if (hit.rows === 0 || !hit.first.toLowerCase().includes(word.toLowerCase()))
		complain("the word is not found");
	await timed("search of nothing", "timeline", set("text"), "thereisnosuchword", 300);
	await timed("search of a common word", "timeline", set("text"), "docx", 300);
	await timed("next", "timeline", press("later"));
	await timed("previous", "timeline", press("earlier"));
	await timed("all", "timeline", press("clear"));
	const options = await page.evaluate(() => ["source", "host", "user"].map((name) => Array.from(document.querySelector(".explore [name=" + name + "]").options).slice(1).map((o) => o.value)));
	for (const [i, name] of ["source", "host", "user"].entries())
		if (options[i].length > 0)
			await timed(name + " " + options[i][options[i].length - 1], "timeline", set(name), options[i][options[i].length - 1]);
	await timed("all", "timeline", press("clear"));
	await timed("a bar", "timeline", "const b = box.querySelectorAll('.density rect'); b[Math.floor(b.length / 2)].dispatchEvent(new Event('click'));");
	if (picture) {
		await (await page.$(".explore[data-set=timeline]")).screenshot({ path: picture });
		await page.evaluate(() => document.querySelector(".explore tbody button").click());
		await new Promise((resolve) => setTimeout(resolve, 1500));
		console.log("file: " + await page.evaluate(() => document.querySelector(".explore tbody tr td:last-child code").textContent));
	}
	await timed("files opened", "files", "box.querySelector('details').open = true;");
	await timed("search of files", "files", set("text"), process.argv[5] || "loonstaat", 300);
	for (const lang of ["nl", "fr", "de", "en"]) {
		await page.evaluate((lang) => document.querySelector("[data-lang=" + lang + "]").click(), lang);
		console.log(lang + ": " + await page.evaluate(() => document.querySelector(".explore summary").textContent + " | " + document.querySelector(".explore[data-set=files] [role=status]").textContent));
	}
	await browser.close();
	process.exit(bad > 0 ? 1 : 0);
})();
