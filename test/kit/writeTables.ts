/**
 * Writes the tables of the documentation that are made from the endpoints: `npm run docs:tables`.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Markdown from "./markdown.ts"
import * as Tables from "./tables.ts"

for (const table of Tables.all) fs.writeFileSync(path.join(Markdown.root, table.file), Tables.written(table))
