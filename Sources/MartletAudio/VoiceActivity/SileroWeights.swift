/// The weights of a Silero VAD network, laid out for `MatrixProduct`: an input's weights for all outputs side by side.
struct SileroWeights: Sendable {
    /// A matrix of `numInputs` rows of `numOutputs` columns and what is added to each output.
    struct Layer: Sendable {
        let numInputs: Int
        let numOutputs: Int
        let weights: [Float]
        let bias: [Float]

        /// A layer from rows per output, as the file has them; outputs are filled up with zeros to a multiple of eight.
        init(rows: [Float], bias: [Float]?, numInputs: Int) {
            let outputs = numInputs > 0 ? rows.count / numInputs : 0
            let padded = (outputs + 7) / 8 * 8
            var weights = [Float](repeating: 0, count: numInputs * padded)
            for output in 0..<outputs {
                for input in 0..<numInputs { weights[input * padded + output] = rows[output * numInputs + input] }
            }
            self.numInputs = numInputs
            numOutputs = padded
            self.weights = weights
            self.bias = (bias ?? []) + [Float](repeating: 0, count: padded - (bias?.count ?? 0))
        }
    }

    /// 256 samples to 129 real and 129 imaginary parts.
    let stft: Layer
    /// Four convolutions of width three; input `3 * channel + tap`.
    let encoder: [Layer]
    /// `[x | h]` to the gates i, f, g, o.
    let lstm: Layer
    let output: [Float]
    let outputBias: Float

    init(_ file: SileroFile) throws(AudioError) {
        stft = Layer(
            rows: try file.tensor("_model.stft.forward_basis_buffer", count: 258 * 256), bias: nil, numInputs: 256)
        var encoder: [Layer] = []
        for (index, (inputs, outputs)) in [(129, 128), (128, 64), (64, 64), (64, 128)].enumerated() {
            let name = "_model.encoder.\(index).reparam_conv"
            encoder.append(
                Layer(
                    rows: try file.tensor("\(name).weight", count: outputs * inputs * 3),
                    bias: try file.tensor("\(name).bias", count: outputs), numInputs: inputs * 3))
        }
        self.encoder = encoder
        let input = try file.tensor("_model.decoder.rnn.weight_ih", count: 512 * 128)
        let hidden = try file.tensor("_model.decoder.rnn.weight_hh", count: 512 * 128)
        var rows: [Float] = []
        for gate in 0..<512 {
            rows += input[gate * 128..<(gate + 1) * 128]
            rows += hidden[gate * 128..<(gate + 1) * 128]
        }
        let inputBias = try file.tensor("_model.decoder.rnn.bias_ih", count: 512)
        let hiddenBias = try file.tensor("_model.decoder.rnn.bias_hh", count: 512)
        lstm = Layer(rows: rows, bias: zip(inputBias, hiddenBias).map(+), numInputs: 256)
        output = try file.tensor("_model.decoder.decoder.2.weight", count: 128)
        outputBias = try file.tensor("_model.decoder.decoder.2.bias", count: 1)[0]
    }
}
