/**
 * All that is measured, in the order in which it is told.
 */
import type { Workload } from "./workload.ts"
import { burst } from "./workloads/burst.ts"
import { cold } from "./workloads/cold.ts"
import { first } from "./workloads/first.ts"
import { fragments } from "./workloads/fragments.ts"
import { many } from "./workloads/many.ts"
import { relay } from "./workloads/relay.ts"
import { tools } from "./workloads/tools.ts"
import { trickle } from "./workloads/trickle.ts"

export const workloads: ReadonlyArray<Workload> = [burst, trickle, many, first, relay, tools, fragments, cold]
