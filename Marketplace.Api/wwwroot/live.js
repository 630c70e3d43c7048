// Keeps the marked parts of a page as they are now. The page works without it; a part that somebody is typing into is left alone.
(() => {
    const parts = () => [...document.querySelectorAll("[data-live][id]")];
    const kinds = [...new Set(parts().flatMap(part => part.dataset.live.split(",")))].filter(Boolean);
    if (kinds.length === 0) return;

    let source = null;
    let waiting = null;

    const put = (part, fresh) => {
        if (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return;
        for (const details of part.querySelectorAll("details[open][id]"))
            fresh.querySelector(`details[id="${CSS.escape(details.id)}"]`)?.setAttribute("open", "");
        part.replaceWith(fresh);
    };

    const load = async () => {
        waiting = null;
        const answer = await fetch(location.href, { credentials: "same-origin" });
        if (!answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts()) {
            const fresh = page.getElementById(part.id);
            if (fresh && !fresh.isEqualNode(part)) put(part, document.adoptNode(fresh));
        }
    };

    // Many events may come at once, as an auction clears; the page is loaded once for all of them.
    const soon = () => { waiting ??= setTimeout(() => load().catch(() => { }), 500); };

    // A browser has few connections to a host: a page that nobody looks at keeps none.
    const follow = () => {
        if (source) return;
        source = new EventSource("/live?kinds=" + encodeURIComponent(kinds.join(",")));
        source.onmessage = soon;
    };
    const leave = () => {
        source?.close();
        source = null;
    };
    document.addEventListener("visibilitychange", () => {
        if (document.hidden) return leave();
        soon();
        follow();
    });
    addEventListener("pagehide", leave);
    if (!document.hidden) follow();
})();
