"""What a person does at the machine, through its serial line: the pages of guided mode, line by line, in English, and the menu around it."""
import base64
import os
import re
import time

from machine import SLOW, Lost, note, ok

POINT = "/run/triage/data-partition"


def choose_entry(m, *entries, seconds=240):
    """In the boot menu by the keyboard: the ENTRYth from above, in the menu and in its submenu."""
    for first, number in zip((r"Nederlands \(Belgie, azerty\)", r"English \(Belgian keyboard\)"), entries):
        m.expect(first, seconds)
        m.press(*["down"] * number, "ret")


def answer(m, title, line, seconds=300, says=""):
    """The page of this title, which says that."""
    m.expect("== " + title + " ==", seconds)
    at = m.at
    m.expect(r"(stop|without|empty)\)?: $", seconds)
    if says not in m.text[at:m.at]:
        raise Lost("%s: %r is not said in\n%s" % (title, says, m.text[at:m.at]))
    m.send(line)


def begin(m, seconds=1500):
    """From the power button to the first question, which is answered: English."""
    m.expect("Taal / Langue", seconds)
    wall, work = m.seconds()
    ok(m.scene + ": it starts into guided mode", True)
    note("%s: from the power button to the first question %d s, %d s of this computer's processor" % (m.scene, wall, work))
    m.expect(r": $")
    m.send("4")


def choose(m, serial):
    """The disk of this serial number; it returns what the page said of all."""
    at = m.at
    m.expect("== What is to be examined\\? ==")
    m.expect(r"q: stop: $")
    page = m.text[at:m.at]
    items = re.split(r"\n(?=\d+\. )", page)
    number = [re.match(r"(\d+)\. ", i).group(1) for i in items if serial in i and re.match(r"\d+\. ", i)]
    if not number:
        raise Lost("no disk " + serial + " in\n" + page)
    m.send(number[0])
    m.expect(r"q: stop: $")
    m.send()
    return page


def go(m, place=POINT, profile="", keys=None):
    """From the page of what is on the disks to the start; it returns the page of places."""
    answer(m, "What is on them", "")
    for i, key in enumerate(keys or ()):
        answer(m, "Recovery key", key, 900, "does not fit" if i else "Encrypted")
    if keys:
        answer(m, "Recovery key", "", 900, "The key fits")
    at = m.at
    m.expect("== Where does the result go\\? ==")
    m.expect(r"q: stop\): $")
    page = m.text[at:m.at]
    number = re.search(r"\n(\d+)\. " + re.escape(place) + r"\s", page)
    if not number:
        raise Lost("no place " + place + " in\n" + page)
    m.send(number.group(1))
    m.expect("== About the case ==")
    for value in ("2026-001", "K1", "J. Peeters", "Gemeente Voorbeeld", "", ""):
        m.expect(r"empty\): $")
        m.send(value)
    answer(m, "How thorough\\?", profile)
    answer(m, "Ready to begin", "")
    return page


def done(m, seconds=2400):
    """How it ended, and the last page."""
    at = m.at
    found = m.expect("== (Done|That did not work|Stopped) ==", seconds)
    m.expect(r"q: stop: $")
    page = m.text[at:m.at]
    m.send()
    m.expect(r"triage> $")
    return found.group(1), page


def shell(m, command, seconds=180):
    """One command at the prompt of the menu's command line."""
    m.send("echo; %s; echo 'that ''was it'" % command)
    at = m.at
    m.expect("that was it\n", seconds)
    return m.text[at:m.at].split("\n", 1)[1]	# without the command, which comes back


def command_line(m, work):
    """From the menu into the command line, and back when the work is done."""
    m.send("4")
    m.expect(r"# $")
    result = work()
    m.send("exit")
    m.expect(r"triage> $")
    return result


def leave(m):
    """From the page of disks to the menu."""
    m.expect(r"q: stop: $")
    m.send("q")
    m.expect(r": $")
    m.send("2")
    m.expect(r"triage> $")


def again(m):
    """From the menu to the page behind the language."""
    m.send("1")
    m.expect("Taal / Langue")
    m.expect(r": $")
    m.send("4")


def go_on(m, what):
    """The run that was not finished, to its end."""
    answer(m, "An examination is not finished", "1")
    how, said = done(m)
    ok(m.scene + ": " + what, how == "Done", said)
    return said


def power_off(m):
    m.send("2")
    return ok(m.scene + ": it goes off by itself", m.off())


def screenshot(m, what="tty1"):
    m.screen(os.path.join(os.path.dirname(m.socket), m.scene + "-" + what + ".png"))


# --- the first console: its keyboard, and what stands on it, which the command line on the serial line tells ---

def stands(m):
    """The first console, line by line."""
    told = shell(m, "stty size < /dev/tty1; base64 -w 0 /dev/vcsu1; echo")
    size, cells = re.search(r"^(\d+) (\d+)$", told, re.M), max(told.split("\n"), key=len)
    columns = int(size.group(2))
    text = base64.b64decode(cells).decode("utf-32-le", errors="replace")
    return [text[at:at + columns] for at in range(0, len(text), columns)]


def sees(m, words, seconds=300):
    """Waits until these words stand on the first console, whatever the lines and borders; what stands there."""
    end = time.time() + seconds * SLOW
    while True:
        lines = stands(m)
        flat = re.sub(r"[\s\u2500-\u259f]+", " ", " ".join(lines))
        if words in flat:
            return "\n".join(line.rstrip() for line in lines)
        if time.time() > end:
            raise Lost("%r does not stand on the first console:\n%s" % (words, "\n".join(lines)))
        time.sleep(1)
