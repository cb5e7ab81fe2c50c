/// The endpoints of models that give embeddings or scores.
enum PoolingEndpoints {
    static func all(_ slot: EngineSlot) -> [any Endpoint] {
        [
            EmbeddingsEndpoint(path: "/v1/embeddings", form: .embeddings, slot: slot),
            EmbeddingsEndpoint(path: "/pooling", form: .pooling, slot: slot), ClassifyEndpoint(slot: slot),
            ScoreEndpoint(path: "/score", slot: slot), ScoreEndpoint(path: "/v1/score", slot: slot),
            RerankEndpoint(path: "/rerank", slot: slot), RerankEndpoint(path: "/v1/rerank", slot: slot),
            RerankEndpoint(path: "/v2/rerank", slot: slot),
        ]
    }
}
