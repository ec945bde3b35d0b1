/*
 * report.js - what needs a script in report.html: another language, search, sorting, deadlines, printing.
 *
 * The page is whole without it. It reads the message table that the page carries, writes text only (never markup), and
 * follows the same rules for numbers and forms as messages_text.c.
 */
"use strict";
(() => {
	const all = JSON.parse(document.getElementById("messages").textContent);
	let lang = document.documentElement.lang;
	const find = (key) => Object.hasOwn(all[lang], key) ? all[lang][key] : key;
	const list = (selector, root) => Array.from((root || document).querySelectorAll(selector));

	const count = (number) => {
		const digits = String(Math.abs(number));
		return (number < 0 ? "-" : "") + digits.replace(/\B(?=(\d{3})+$)/g, find("number.group"));
	};
	const tenths = (number) => count(Math.trunc(number / 10)) + (number % 10 ? find("number.point") + number % 10 : "");
	const bytes = (text) => {
		const number = BigInt(text), units = ["bytes.kilo", "bytes.mega", "bytes.giga", "bytes.tera"];
		if (number < 1000n)
			return plain("bytes.plain", ["n:" + text]);
		let unit = 1000n, which = 0;
		for (; which + 1 < units.length && number / unit >= 1000n; which++)
			unit *= 1000n;
		return plain(units[which], ["s:" + tenths(Number(number * 10n / unit))]);
	};
	const MONTH = 0, DAY = 1, SECOND = 3, CLOCK = 4, CLOCK_SECOND = 5;
	const time = (seconds, form) => {
		const parts = /^(\d+)-(\d+)-(\d+)T(.*?)\./.exec(new Date(seconds * 1000).toISOString());
		const [, year, month, day, clock] = parts;
		const date = plain(form === MONTH ? "date.month" : "date.day", ["s:" + Number(day), "m:month." + month, "s:" + Number(year)]);
		if (form === MONTH || form === DAY)
			return date;
		return (form >= CLOCK ? "" : date + " ") + clock.slice(0, form === SECOND || form === CLOCK_SECOND ? 8 : 5);
	};
	const argument = (typed) => {
		const value = typed.slice(2), [first, second] = value.split(":");
		switch (typed[0]) {
		case "n": return count(Number(value));
		case "b": return bytes(value);
		case "p": return plain("number.percent", ["s:" + tenths(Number(value))]);
		case "t": return time(Number(first), Number(second));
		case "m": return find(value);
		default: return value;
		}
	};
	/* The form for one or for more: the first count decides. */
	const choose = (text, values) => {
		const forms = text.split("|");
		if (forms.length < 2)
			return text;
		const typed = values.find((value) => value[0] === "n");
		const number = typed === undefined ? 1 : Number(typed.slice(2));
		return number === 1 || (number === 0 && lang === "fr") || typed === undefined ? forms[0] : forms.slice(1).join("|");
	};
	/* A message as pieces: { code, text }. */
	const pieces = (key, values) => {
		let code = false;
		const out = [];
		for (const part of choose(find(key), values).split(/(`|\{\d\})/)) {
			if (part === "`")
				code = !code;
			else if (/^\{\d\}$/.test(part))
				out.push({ code, text: values[part[1]] === undefined ? "" : argument(values[part[1]]) });
			else if (part !== "")
				out.push({ code, text: part });
		}
		return out;
	};
	const plain = (key, values) => pieces(key, values).map((piece) => piece.text).join("");

	const say = (element, key, values) => {
		element.dataset.m = key;
		element.dataset.a = JSON.stringify(values);
		const nodes = [];
		let code = null;
		for (const piece of pieces(key, values)) {
			if (piece.code && code === null)
				nodes.push(code = document.createElement("code"));
			if (!piece.code)
				code = null;
			if (piece.code)
				code.append(piece.text);
			else
				nodes.push(piece.text);
		}
		element.replaceChildren(...nodes);
	};
	const speak = (wanted) => {
		lang = wanted;
		document.documentElement.lang = wanted;
		list("[data-m]").forEach((element) => say(element, element.dataset.m, JSON.parse(element.dataset.a || "[]")));
		list("[data-l]").forEach((element) =>
			element.setAttribute("aria-label", plain(element.dataset.l, JSON.parse(element.dataset.la || "[]"))));
		list("[data-lang]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.lang === wanted)));
	};

	globalThis.triagePage = { say, plain, bytes, list };	/* for explore.js */

	const tools = document.querySelector(".tools");
	tools.hidden = false;
	tools.addEventListener("click", (event) => {
		const button = event.target.closest("button");
		if (button !== null && button.dataset.lang)
			speak(button.dataset.lang);
		else if (button !== null)
			window.print();
	});

	/* Open without the script, so that nothing is missing on paper; folded with it, and opened for printing. */
	const folded = list("details[open]");
	folded.forEach((details) => { details.open = false; });
	let reopened = [];
	window.addEventListener("beforeprint", () => {
		reopened = folded.filter((details) => !details.open);
		reopened.forEach((details) => { details.open = true; });
	});
	window.addEventListener("afterprint", () => reopened.forEach((details) => { details.open = false; }));

	/* A link into what is folded away opens it. */
	const unfold = () => {
		const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
		const outer = target === null ? null : target.closest("details");
		if (outer !== null && !outer.open) {
			outer.open = true;
			target.scrollIntoView();
		}
	};
	window.addEventListener("hashchange", unfold);
	unfold();

	const value = (row, column) => {
		const cell = row.cells[column];
		return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
	};
	const sort = (table, head) => {
		const up = head.getAttribute("aria-sort") !== "ascending", column = head.cellIndex, sign = up ? 1 : -1;
		const rows = Array.from(table.tBodies[0].rows);
		rows.sort((a, b) => {
			const x = value(a, column), y = value(b, column);
			return sign * (typeof x === "number" ? x - y : x.localeCompare(y, lang, { numeric: true }));
		});
		list("th", table.tHead).forEach((other) => other.removeAttribute("aria-sort"));
		head.setAttribute("aria-sort", up ? "ascending" : "descending");
		table.tBodies[0].append(...rows);
	};
	list("table.sortable").forEach((table) => list("th", table.tHead).forEach((head) => {
		const button = document.createElement("button");
		button.type = "button";
		button.dataset.m = head.dataset.m;
		button.textContent = head.textContent;
		delete head.dataset.m;
		head.replaceChildren(button);
		button.addEventListener("click", () => sort(table, head));
	}));

	list("input[type=search][aria-controls]").forEach((search) => {
		const rows = Array.from(document.getElementById(search.getAttribute("aria-controls")).tBodies[0].rows);
		search.closest(".search").hidden = rows.length < 2;
		search.addEventListener("input", () => {
			const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
			let hits = 0;
			rows.forEach((row) => {
				const text = row.textContent.toLowerCase();
				row.hidden = !words.every((word) => text.includes(word));
				hits += row.hidden ? 0 : 1;
			});
			say(search.closest(".search").querySelector("[role=status]"), "files.hits", ["n:" + hits, "n:" + rows.length]);
		});
	});

	const aware = document.getElementById("aware");
	if (aware !== null) {
		aware.hidden = false;
		aware.querySelector("input").addEventListener("change", (event) => {
			const known = new Date(event.target.value);
			list("[data-hours]").filter((cell) => cell.dataset.hours !== "0").forEach((cell) => {
				const element = cell.firstElementChild, hours = Number(cell.dataset.hours);
				if (Number.isNaN(known.getTime())) {
					say(element, "clock.within", ["n:" + hours]);
					return;
				}
				const until = new Date(known.getTime() + hours * 3600000);
				const local = until.getTime() / 1000 - until.getTimezoneOffset() * 60;
				say(element, "clock.until", ["t:" + Math.round(local) + ":2"]);
			});
		});
	}

	/* A table wider than the window can be reached and scrolled by keyboard. */
	list(".scroll").filter((box) => box.scrollWidth > box.clientWidth).forEach((box) => { box.tabIndex = 0; });
})();
