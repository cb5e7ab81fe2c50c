internal import MartletModelIR

extension ModelRegistry {
    /// Decoders with LayerNorm or other departures from Llama.
    static let gptFamilies: [any ModelArchitecture.Type] = [
        GPT2.self, GPTJ.self, GPTNeoX.self, Falcon.self, Phi.self, StableLM.self, Starcoder2.self, Nemotron.self,
    ]
}
