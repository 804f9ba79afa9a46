/**
 * Draws a plot: reads a specification of Vega-Lite from standard input and prints an SVG.
 *
 * @module
 */
import { text } from "node:stream/consumers";
import process from "node:process";
import { parse, View } from "vega";
import { compile } from "vega-lite";

const specification = JSON.parse(await text(process.stdin));
const view = new View(parse(compile(specification).spec), { renderer: "none" });
console.log(await view.toSVG());
