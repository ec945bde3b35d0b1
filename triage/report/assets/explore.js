/*
 * explore.js - the whole timeline and the list of files in report.html: filtered, searched, shown a hundred rows at a time.
 *
 * Rows come in pieces (triage/report/chunk_set.h): from the page itself, or, in a large case, from scripts in a folder beside it that are loaded when they
 * are wanted. All that comes from them is written as text.
 */
"use strict";
(() => {
	const { say, plain, bytes, list } = globalThis.triagePage;
	const boxes = list(".explore");
	if (boxes.length === 0)
		return;
	const PAGE = 100, KEPT = 12, COUNTED = 40, BARS = 120, HOUR = 3600000;
	const folder = boxes[0].dataset.rows, nonce = document.currentScript.nonce;

	/* --- pieces --- */
	const waiting = new Map(), kept = new Map();
	globalThis.triageChunk = (name, text) => {
		const wanted = waiting.get(name);
		if (wanted !== undefined)
			wanted.arrived(text);
	};
	const fetchPiece = (name) => new Promise((resolve, reject) => {
		const inside = document.getElementById("chunk-" + name);
		if (inside !== null) {
			resolve(JSON.parse(inside.textContent));
			return;
		}
		const script = document.createElement("script");
		const end = (how, what) => {
			waiting.delete(name);
			script.remove();
			how(what);
		};
		waiting.set(name, { arrived: (text) => end(resolve, text) });
		script.nonce = nonce;
		script.onload = () => { if (waiting.has(name)) end(reject, new Error(name)); };
		script.onerror = () => end(reject, new Error(name));
		script.src = folder + "/" + name + ".js";
		document.head.append(script);
	});
	/* The pieces used last are kept. made: what a text is turned into. */
	const piece = (name, made) => {
		let promise = kept.get(name);
		kept.delete(name);
		promise = promise || fetchPiece(name).then(made);
		promise.catch(() => kept.delete(name));
		kept.set(name, promise);
		if (kept.size > KEPT + 64)
			kept.delete(kept.keys().next().value);
		return promise;
	};
	let indexPromise = null;
	const index = () => indexPromise = indexPromise || fetchPiece("index").then(JSON.parse);

	/* --- rows --- */
	const forms = {
		timeline: { letter: "t", cells: 5, lists: [1, 2, 3] },
		files: { letter: "f", cells: 8, lists: [4, 5, 6, 7] },
	};
	const rowsOf = (form, text) => {
		let before = "", time = 0;
		return text === "" ? [] : text.split("\n").map((line) => {
			const cells = line.split("\t");
			before = before.slice(0, Number(cells[form.cells])) + cells[form.cells + 1];
			if (form.letter === "t")
				cells[0] = time += Number(cells[0]);
			return { cells, text: before };
		});
	};
	const rows = (form, number) => piece(form.letter + number, (text) => rowsOf(form, text));

	/* --- which pieces can have a word --- */
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const value = new Map(Array.from(digits, (digit, i) => [digit, i]));
	const GRAMS_ASKED = 8, BINS_OF_SHARE = 1024;
	const bin = (text, i) => Math.imul(text.charCodeAt(i) << 14 | text.charCodeAt(i + 1) << 7 | text.charCodeAt(i + 2), 0x9e3779b1) >>> 16;
	const withText = async (form, part, word) => {
		const may = new Array(part.pieces).fill(true), width = Math.ceil(part.pieces / 6);
		const bins = new Set();
		for (let i = 0; i + 2 < word.length; i++)
			if (/^[\0-\x7f]{3}$/.test(word.slice(i, i + 3)))
				bins.add(bin(word, i));
		if (part.pieces <= 4)
			return may;
		const step = Math.max(1, Math.floor(bins.size / GRAMS_ASKED));
		const asked = Array.from(bins).filter((_, i) => i % step === 0).slice(0, GRAMS_ASKED);
		await Promise.all(asked.map(async (one) => {
			const share = await piece(form.letter + "g" + Math.floor(one / BINS_OF_SHARE), (text) => text);
			const at = one % BINS_OF_SHARE * width;
			for (let i = 0; i < part.pieces; i++)
				may[i] = may[i] && (value.get(share[at + Math.floor(i / 6)]) >> i % 6 & 1) === 1;
		}));
		return may;
	};
	const hasWord = (part, which, numbers, i) => {
		const present = part.present[i][which];
		return present === null || present.some((number) => numbers.has(number));
	};
	const numbersOf = (part, which, test) => new Set(part.lists[which].words.map((word, i) => test(word) ? i : -1).filter((i) => i >= 0));

	const search = async (form, part, query) => {
		let may = Array.from({ length: part.pieces }, (_, i) => query.to >= part.first[i] && (i + 1 === part.pieces || query.from <= part.first[i + 1]));
		for (const [which, numbers] of query.lists)
			may = may.map((yes, i) => yes && hasWord(part, which, numbers, i));
		for (const word of query.words) {
			const inText = await withText(form, part, word);
			const named = form.lists.map((_, which) => [which, numbersOf(part, which, (text) => text.toLowerCase().includes(word))]).filter(([, numbers]) => numbers.size > 0);
			may = may.map((yes, i) => yes && (inText[i] || named.some(([which, numbers]) => hasWord(part, which, numbers, i))));
		}
		return may.flatMap((yes, i) => yes ? [i] : []);
	};
	const fits = (form, part, query, row) => {
		if (form.letter === "t" && (row.cells[0] < query.from || row.cells[0] > query.to))
			return false;
		if (!query.lists.every(([which, numbers]) => numbers.has(Number(row.cells[form.lists[which]]))))
			return false;
		if (query.words.length === 0)
			return true;
		const text = (row.text + " " + form.lists.map((cell, which) => part.lists[which].words[Number(row.cells[cell])]).join(" ")).toLowerCase();
		return query.words.every((word) => text.includes(word));
	};

	/* --- what is shown --- */
	const make = (tag, text) => {
		const element = document.createElement(tag);
		element.append(text);
		return element;
	};
	const code = (tag, text) => {
		const cell = document.createElement(tag);
		cell.append(make("code", text));
		return cell;
	};
	const moment = (ms) => {
		const date = new Date(ms);
		return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().replace("T", " ").replace(/\.000Z$|Z$/, "");
	};
	const told = (prefix, word) => {
		const cell = document.createElement("span");
		const key = prefix + "." + word;
		if (word !== "" && plain(key, []) !== key)
			say(cell, key, []);
		else
			cell.append(word);
		return cell;
	};
	const fileLine = async (id) => {
		const part = (await index()).f, form = forms.files;
		let number = 0;
		while (number + 1 < part.pieces && part.first[number + 1] <= id)
			number++;
		const row = (await rows(form, number)).find((one) => Number(one.cells[0]) === id);
		return row === undefined ? "–" : row.text + (row.cells[3] === "" ? "" : "  SHA-256 " + row.cells[3]);
	};
	const show = {
		timeline: (part, row) => {
			const [meaning, source, parser, technique] = part.lists[0].words[Number(row.cells[1])].split("\t");
			const line = document.createElement("tr"), time = make("td", moment(row.cells[0])), kind = make("td", meaning || "…");
			time.className = "num";
			kind.lang = "en";
			kind.append(document.createElement("br"), Object.assign(make("span", [source, parser === "fs" ? "" : parser, technique].filter(Boolean).join(" · ")), { className: "soft" }));
			const what = make("td", row.text), button = document.createElement("button");
			what.lang = "en";
			button.type = "button";
			say(button, "explore.file", []);
			button.addEventListener("click", async () => button.replaceWith(make("code", await fileLine(Number(row.cells[4])).catch(() => "–"))));
			what.append(" ", button);
			line.append(time, kind, code("td", part.lists[1].words[Number(row.cells[2])]), code("td", part.lists[2].words[Number(row.cells[3])]), what);
			return line;
		},
		files: (part, row) => {
			const word = (which) => part.lists[which].words[Number(row.cells[form.lists[which]])], form = forms.files;
			const line = document.createElement("tr"), path = code("th", row.text), state = document.createElement("td");
			path.scope = "row";
			if (row.cells[3] !== "")
				path.append(document.createElement("br"), Object.assign(make("code", row.cells[3]), { className: "digest" }));
			state.append(told("file-state", word(1)), ", ", told("content", word(2)));
			if (word(3) !== "")
				state.append(", ", told(word(3) === "intact" ? "explore" : "damage-style", word(3)));
			line.append(make("td", row.cells[0]), path, make("td", row.cells[1] < 0 ? "–" : bytes(row.cells[1])), make("td", row.cells[2] === "" ? "–" : moment(Number(row.cells[2]))),
				make("td", word(0)), state);
			return line;
		},
	};

	/* Bars of the span that is asked for; a click on one asks for its span. */
	const chart = (box, hours, query, zoom) => {
		const svg = box.querySelector("svg");
		svg.replaceChildren();
		if (hours.length === 0)
			return;
		const from = Math.max(query.from, hours[0][0] * HOUR), to = Math.min(query.to, (hours[hours.length - 1][0] + 1) * HOUR);
		const step = Math.max(1, Math.ceil((to - from) / HOUR / BARS)) * HOUR, start = Math.floor(from / HOUR) * HOUR, counts = new Map();
		for (const [hour, count] of hours) {
			const at = Math.floor((hour * HOUR - start) / step);
			if (hour * HOUR + HOUR > from && hour * HOUR <= to)
				counts.set(at, (counts.get(at) || 0) + count);
		}
		const most = Math.log1p(Math.max(1, ...counts.values())), wide = 1000 / Math.max(1, Math.ceil((to - start) / step));
		for (const [at, count] of counts) {
			const bar = document.createElementNS(svg.namespaceURI, "rect"), title = document.createElementNS(svg.namespaceURI, "title");
			const high = Math.max(2, 90 * Math.log1p(count) / most);
			for (const [name, number] of [["x", at * wide], ["width", Math.max(1, wide - 1)], ["y", 92 - high], ["height", high]])
				bar.setAttribute(name, number.toFixed(2));
			title.append(moment(start + at * step) + " UTC: " + count);
			bar.append(title);
			bar.addEventListener("click", () => zoom(start + at * step, start + (at + 1) * step - 1000));
			svg.append(bar);
		}
	};
	const readHours = (text) => {
		let hour = 0;
		return text.split(" ").filter(Boolean).map((one) => {
			const [gap, count] = one.split(",").map(Number);
			return [hour += gap, count];
		});
	};

	/* What the rows lack of the evidence, and a search in them cannot find. */
	const lacks = (part, status) => {
		const note = (key, number) => {
			const line = document.createElement("p");
			line.className = "note";
			say(line, key, ["n:" + number]);
			status.before(line);
		};
		if (part.cut > 0)
			note("explore.cut", part.cut);
		const full = part.lists.find((one) => one.full);
		if (full !== undefined)
			note("explore.full", full.words.length - 1);
	};

	const start = async (box) => {
		const set = box.dataset.set, form = forms[set], part = (await index())[form.letter];
		const body = box.querySelector("tbody"), status = box.querySelector("[role=status]"), field = (name) => box.querySelector("[name=" + name + "]");
		const [earlier, later, clear] = ["earlier", "later", "clear"].map((name) => box.querySelector("." + name));
		const inputs = list("input, select", box);
		let turn = 0, pages = [], hours = [], at = null;
		lacks(part, status);
		const chosen = (name, which, word) => {
			const select = field(name);
			return select === null || select.value === "" ? [] : [[which, numbersOf(part, which, (text) => word(text) === select.value)]];
		};
		const time = (name, other) => {
			const input = field(name), ms = input === null || input.value === "" ? NaN : Date.parse(input.value + "Z");
			return Number.isNaN(ms) ? other : ms;
		};
		const same = (text) => text, source = (text) => text.split("\t")[1] || "";
		const question = () => ({
			words: field("text").value.toLowerCase().split(/\s+/).filter(Boolean),
			lists: set === "timeline" ? [...chosen("source", 0, source), ...chosen("host", 1, same), ...chosen("user", 2, same)] : [...chosen("state", 1, same), ...chosen("damage", 3, same)],
			from: time("from", -Infinity), to: time("to", Infinity) + 999,
		});
		const fill = (name, words, prefix) => Array.from(new Set(words)).filter((word) => word !== "" && word !== "…").sort().forEach((word) => {
			const option = prefix === undefined ? make("option", word) : document.createElement("option"), key = prefix + "." + word;
			option.value = word;
			if (prefix !== undefined && plain(key, []) !== key)
				say(option, key, []);
			else
				option.textContent = word;
			field(name).append(option);
		});
		/* A page of hits from where: { candidates, i: of them, row }. Counts on while there is little left to look through. */
		const run = async (where) => {
			const mine = ++turn, query = question(), plainQuery = query.words.length === 0 && query.lists.length === 0 && query.from === -Infinity && query.to === Infinity;
			try {
				const candidates = where !== null ? where.candidates : await search(form, part, query);
				let { i, row, before } = where !== null ? where : { i: 0, row: 0, before: 0 }, found = before, next = null, looked = 0;
				const lines = [];
				let shown = false;
				const put = () => {
					body.replaceChildren(...lines);
					shown = true;
				};
				for (; i < candidates.length && mine === turn; i++, row = 0) {
					if (next !== null && (plainQuery || looked > COUNTED))
						break;
					const all = await rows(form, candidates[i]);
					looked++;
					for (; row < all.length; row++) {
						if (!fits(form, part, query, all[row]))
							continue;
						if (lines.length < PAGE)
							lines.push(show[set](part, all[row]));
						else if (next === null)
							next = { candidates, i, row, before: found };
						found++;
					}
					if (mine === turn && next !== null && !shown)
						put();
					if (mine === turn && next === null && looked % 8 === 0 && lines.length > body.rows.length)
						body.replaceChildren(...lines);
					if (mine === turn && looked % 4 === 0)
						say(status, "explore.so-far", ["n:" + found, "n:" + (i + 1), "n:" + candidates.length]);
				}
				if (mine !== turn)
					return;
				put();
				at = where;
				earlier.disabled = pages.length === 0 && where === null;
				later.disabled = next === null;
				later.next = next;
				const total = plainQuery ? part.rows : found;
				if (i >= candidates.length || plainQuery)
					say(status, total === 0 ? "explore.none" : "explore.shown", ["n:" + (total === 0 ? 0 : before + 1), "n:" + (before + lines.length), "n:" + total]);
				else
					say(status, "explore.at-least", ["n:" + (before + 1), "n:" + (before + lines.length), "n:" + found, "n:" + i, "n:" + candidates.length]);
				if (set === "timeline")
					chart(box, hours, query, zoom);
				box.dataset.done = String(mine);
			} catch (error) {
				if (mine === turn)
					say(status, "explore.missing", ["s:" + folder]);
			}
		};
		const anew = () => {
			pages = [];
			return run(null);
		};
		const zoom = (from, to) => {
			field("from").value = new Date(from).toISOString().slice(0, 19);
			field("to").value = new Date(to).toISOString().slice(0, 19);
			anew();
		};
		if (set === "timeline") {
			fill("source", part.lists[0].words.map(source));
			fill("host", part.lists[1].words);
			fill("user", part.lists[2].words);
			hours = readHours(await fetchPiece("hours"));
		} else {
			fill("state", part.lists[1].words, "file-state");
			fill("damage", part.lists[3].words, "damage-style");
		}
		for (const name of ["from", "to"])
			if (set === "timeline" && box.dataset[name])
				field(name).value = box.dataset[name];
		inputs.forEach((input) => input.addEventListener(input.type === "search" ? "input" : "change", anew));
		later.addEventListener("click", () => {
			pages.push(at);
			run(later.next);
		});
		earlier.addEventListener("click", () => run(pages.length > 0 ? pages.pop() : null));
		clear.addEventListener("click", () => {
			inputs.forEach((input) => { input.value = ""; });
			anew();
		});
		return anew();
	};

	/* A lane of the attack asks for its span. */
	const timeline = boxes.find((box) => box.dataset.set === "timeline");
	list(timeline === undefined ? ".none" : ".lanes button").forEach((button) => {
		button.hidden = false;
		button.addEventListener("click", () => {
			const details = timeline.querySelector("details"), inputs = ["from", "to"].map((name) => timeline.querySelector("[name=" + name + "]"));
			inputs.forEach((input) => { input.value = timeline.dataset[input.name] = button.dataset[input.name]; });
			if (timeline.dataset.begun !== undefined)
				inputs[0].dispatchEvent(new Event("change"));
			details.open = true;
			details.querySelector("summary").focus();
			timeline.scrollIntoView();
		});
	});

	boxes.forEach((box) => {
		const details = box.querySelector("details");
		const begin = () => {
			if (!details.open || box.dataset.begun !== undefined)
				return;
			box.dataset.begun = "";
			start(box).catch(() => say(box.querySelector("[role=status]"), "explore.missing", ["s:" + folder]));
		};
		box.hidden = false;
		details.addEventListener("toggle", begin);
		begin();	/* a link into it opened it */
	});
})();
