internal import MartletModelIR

extension Whisper {
    private static let encoderScope = WeightScope("model")["encoder"]
    private static let decoderScope = WeightScope("model")["decoder"]
    private static let eps: Float = 1e-5

    /// Frames of the spectrogram in, `[positions, hidden]` out.
    func recordEncoder(_ recorder: inout Recorder) -> Value {
        let scope = Self.encoderScope
        let frames = recorder.emit(
            .features(width: shape.numMelBins, rowsPerToken: Self.framesPerPosition), name: "input_features")
        let first = convolution(frames, scope["conv1"], in: shape.numMelBins, stride: 1, &recorder)
        let second = convolution(first, scope["conv2"], in: shape.hiddenSize, stride: 2, &recorder)
        let positions = embedded(
            scope["embed_positions"], rows: shape.maxSourcePositions, .position(offset: 0), &recorder)
        var x = recorder.add(second, positions, scope["embed_positions"])
        for (index, spec) in encoderLayers.enumerated() {
            let layer = scope["layers"][index]
            x = selfAttention(x, layer, spec, &recorder)
            x = mlp(x, layer, shape.encoder.intermediateSize, &recorder)
        }
        return norm(x, scope["layer_norm"], &recorder)
    }

    /// `[positions, hidden]` of the encoder in, keys and values of every cross attention into the slot.
    func recordCrossAttentionKV(_ recorder: inout Recorder) -> Value {
        let states = recorder.emit(
            .features(width: shape.hiddenSize, rowsPerToken: 1), name: "encoder_hidden_states")
        var stored = states
        for (index, spec) in crossLayers.enumerated() {
            let scope = Self.decoderScope["layers"][index]["encoder_attn"]
            let (key, value) = (scope["k_proj"], scope["v_proj"])
            let keysAndValues = recorder.emit(
                .linear(
                    states, [key, value].map { $0.weight(out: spec.width, in: shape.hiddenSize) },
                    bias: [nil, value.bias(spec.width)]),
                name: scope["kv"].path)
            stored = recorder.emit(.storeCrossKV(keysAndValues, spec), name: scope["kv.stored"].path)
        }
        return stored
    }

    /// Tokens in, logits of the wanted rows out.
    func recordDecoder(_ recorder: inout Recorder) -> Value {
        let scope = Self.decoderScope
        let tokens = embedded(scope["embed_tokens"], rows: shape.vocabSize, .tokenID, &recorder)
        let positions = embedded(
            scope["embed_positions"], rows: shape.maxTargetPositions, .position(offset: 0), &recorder)
        var x = recorder.add(tokens, positions, scope["embed_positions"])
        for (index, (spec, cross)) in zip(decoderLayers, crossLayers).enumerated() {
            let layer = scope["layers"][index]
            x = selfAttention(x, layer, spec, &recorder)
            x = crossAttention(x, layer, cross, &recorder)
            x = mlp(x, layer, shape.decoder.intermediateSize, &recorder)
        }
        let normed = norm(recorder.gatherLogitRows(x), scope["layer_norm"], &recorder)
        let head = shape.tieWordEmbeddings ? scope["embed_tokens"] : WeightScope("proj_out")
        return recorder.linear(normed, [(head, shape.vocabSize)], in: shape.hiddenSize, name: "proj_out")
    }

    // MARK: Parts

    /// A convolution over three rows and the activation behind it, which is no part of the configuration.
    private func convolution(
        _ x: Value, _ scope: WeightScope, in width: Int, stride: Int, _ recorder: inout Recorder
    ) -> Value {
        let kernelSize = 3
        let unfold = Unfold(kernelSize: kernelSize, stride: stride, padding: 1)
        let rows = recorder.emit(.unfold(x, unfold), name: scope["unfold"].path)
        let weight = scope.weight(out: shape.hiddenSize, in: width * kernelSize).convolution(kernelSize: kernelSize)
        let y = recorder.emit(.linear(rows, [weight], bias: [scope.bias(shape.hiddenSize)]), name: scope.path)
        return recorder.emit(.activation(y, .gelu), name: scope["act"].path)
    }

    private func embedded(
        _ scope: WeightScope, rows: Int, _ index: EmbeddingIndex, _ recorder: inout Recorder
    ) -> Value {
        recorder.emit(.embed(scope.weight(out: rows, in: shape.hiddenSize), index), name: scope.path)
    }

    private func norm(_ x: Value, _ scope: WeightScope, _ recorder: inout Recorder) -> Value {
        let width = shape.hiddenSize
        return recorder.norm(x, .layer(scope.weight(width), bias: scope.bias(width), eps: Self.eps), scope)
    }

    /// `x + self_attn(norm(x))`; keys have no bias.
    private func selfAttention(
        _ x: Value, _ layer: WeightScope, _ spec: AttentionSpec, _ recorder: inout Recorder
    ) -> Value {
        let scope = layer["self_attn"]
        let width = shape.hiddenSize
        let projections = ["q_proj", "k_proj", "v_proj"].map { scope[$0] }
        let qkv = recorder.emit(
            .linear(
                norm(x, layer["self_attn_layer_norm"], &recorder), projections.map { $0.weight(out: width, in: width) },
                bias: [projections[0].bias(width), nil, projections[2].bias(width)]),
            name: scope["qkv"].path)
        let attended = recorder.attention(qkv, scope, spec, rotary: nil)
        return added(x, attended, scope, &recorder)
    }

    /// `x + encoder_attn(norm(x))`, over the keys and values of the slot.
    private func crossAttention(
        _ x: Value, _ layer: WeightScope, _ spec: CrossAttentionSpec, _ recorder: inout Recorder
    ) -> Value {
        let scope = layer["encoder_attn"]
        let query = recorder.linear(
            norm(x, layer["encoder_attn_layer_norm"], &recorder), [(scope["q_proj"], spec.width)],
            in: shape.hiddenSize, bias: true, name: scope["q_proj"].path)
        let attended = recorder.emit(.crossAttention(query, spec), name: scope["attention"].path)
        return added(x, attended, scope, &recorder)
    }

    /// The output projection of attended heads, added to the stream.
    private func added(_ x: Value, _ attended: Value, _ scope: WeightScope, _ recorder: inout Recorder) -> Value {
        let projection = scope["out_proj"]
        let output = recorder.linear(
            attended, [(projection, shape.hiddenSize)], in: shape.hiddenSize, bias: true, name: projection.path)
        return recorder.add(x, output, scope)
    }

    /// `x + fc2(activation(fc1(norm(x))))`.
    private func mlp(
        _ x: Value, _ layer: WeightScope, _ intermediateSize: Int, _ recorder: inout Recorder
    ) -> Value {
        let width = shape.hiddenSize
        let widened = recorder.linear(
            norm(x, layer["final_layer_norm"], &recorder), [(layer["fc1"], intermediateSize)], in: width, bias: true,
            name: layer["fc1"].path)
        let activated = recorder.emit(.activation(widened, shape.activation), name: layer["act"].path)
        let output = recorder.linear(
            activated, [(layer["fc2"], width)], in: intermediateSize, bias: true, name: layer["fc2"].path)
        return recorder.add(x, output, layer["fc2"])
    }
}
