"use strict";
// The document has no address to keep state in, and no prompt to ask with: the search box does both.
history.replaceState = function () {};
const box = document.getElementById("term");
const found = document.getElementById("found");
window.prompt = function () { box.focus(); return null; };
function look() {
    if (searching) search_prompt();
    found.textContent = "";
    if (!box.value) return;
    try {
        search(box.value);
        found.textContent = searching ? matchedtxt.textContent : "no match";
    } catch (error) {
        found.textContent = "not a regular expression";
    }
}
box.addEventListener("input", look);
document.getElementById("bar").addEventListener("submit", function (event) { event.preventDefault(); look(); });
// A frame may be run before it has a size, which inferno cannot draw to.
if (window.innerWidth > 0) init(); else window.addEventListener("resize", init, { once: true });
