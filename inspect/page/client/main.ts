/**
 * The script of a page: everything that moves. Without it the page is the same text, all of it at once; where it runs,
 * the page has had the class "live" from the beginning.
 *
 * @module
 */
/// <reference lib="dom" />
import { startLineLinks } from "./line_links.ts";
import { startTheme } from "./theme.ts";
import { startTileWalks } from "./tile_walk.ts";
import { startViews } from "./views.ts";

startTheme();
if (document.body.classList.contains("page")) {
  startTileWalks();
  startViews(startLineLinks());
}
