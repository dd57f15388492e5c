/** What a user of `@effect/ai` writes, once that is installed beside this package. */
import type * as EmbeddingModel from "@effect/ai/EmbeddingModel"
import * as LanguageModel from "@effect/ai/LanguageModel"
import { type Embeddings, TestProvider } from "effect-any-llm"
import * as AiEmbeddingModel from "effect-any-llm/AiEmbeddingModel"
import * as AiLanguageModel from "effect-any-llm/AiLanguageModel"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const model = AiLanguageModel.layerWith({ params: { temperature: 0 } }).pipe(
  Layer.provide(TestProvider.layer(TestProvider.text("Hello")))
)

const vectors: Layer.Layer<EmbeddingModel.EmbeddingModel, never, Embeddings.Embeddings> = AiEmbeddingModel.layer

const { text } = await Effect.runPromise(Effect.provide(LanguageModel.generateText({ prompt: "Hi" }), model))
if (text !== "Hello" || !Layer.isLayer(vectors)) throw new Error("the bridge does not work")
console.log("through @effect/ai:", text)
