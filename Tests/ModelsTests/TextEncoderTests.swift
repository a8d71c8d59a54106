import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("T5 encoder")
struct TextEncoderTests {
    /// The rows of an integer tensor `[batch, tokens]`.
    private func rows(_ tensor: RawTensor) -> [[Int]] {
        let values = tensor.integers()
        let columns = tensor.shape[1]
        return (0..<tensor.shape[0]).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
    }

    private func encoder(
        _ path: String, precision: Precision = .fp32, residency: T5Encoder.Residency = .streamed,
        level: KernelLevel = .best
    ) throws -> T5Encoder {
        try T5Encoder(
            Checkpoint.load(.textEncoder, from: path), precision: precision, residency: residency,
            parallel: Parallel(threadCount: 2), kernels: Kernels(level))
    }

    @Test("Buckets of relative positions are the golden's")
    func buckets() throws {
        for golden in try GoldenSet.current.cases(kind: "t5_buckets") {
            let buckets = RelativePositionBuckets(
                count: try #require(golden.config["num_buckets"]?.int),
                maximumDistance: try #require(golden.config["max_distance"]?.int))
            let positions = try golden.rawInput("relative_position").integers()
            #expect(positions.map(buckets.bucket) == (try golden.rawOutput("bucket").integers()))
        }
    }

    @Test(
        "Hidden states, position bias and result are the golden's for every file layout",
        arguments: KernelLevel.supported)
    func encode(level: KernelLevel) throws {
        for golden in try GoldenSet.current.cases(kind: "t5_encode") {
            let ids = rows(try golden.rawInput("input_ids"))
            let mask = rows(try golden.rawInput("attention_mask"))
            for path in golden.weights {
                let encoder = try encoder(path, level: level)
                let result = try encoder.encode(ids: ids, mask: mask) { block, states in
                    let name = "hidden_\(block)"
                    if golden.outputNames.contains(name) { try golden.expectClose(states, name) }
                }
                try golden.expectClose(result, "last_hidden_state")
                try checkPositionBias(golden, encoder, tokenCount: ids[0].count)
            }
        }
    }

    private func checkPositionBias(_ golden: Golden, _ encoder: T5Encoder, tokenCount: Int) throws {
        let bias = try encoder.positionBias(tokenCount: tokenCount)
        for name in golden.outputNames {
            switch name {
            case "position_bias": try golden.expectClose(bias, name)
            case "position_bias_first_row": try golden.expectClose(bias.sliced(axis: 2, 0..<1).values, name)
            case "position_bias_last_row":
                try golden.expectClose(bias.sliced(axis: 2, tokenCount - 1..<tokenCount).values, name)
            default: break
            }
        }
    }

    @Test("Without a mask padding is attended to, as in the golden")
    func encodeWithoutMask() throws {
        for golden in try GoldenSet.current.cases(kind: "t5_nomask") {
            for path in golden.weights {
                let result = try encoder(path).encode(ids: rows(try golden.rawInput("input_ids")))
                try golden.expectClose(result, "last_hidden_state")
            }
        }
    }

    @Test("bf16 weights widen exactly, and bf16 products stay near the golden's")
    func encodeBFloat16() throws {
        for golden in try GoldenSet.current.cases(kind: "t5_encode_bf16") {
            let ids = rows(try golden.rawInput("input_ids"))
            let mask = rows(try golden.rawInput("attention_mask"))
            for path in golden.weights {
                let exact = try encoder(path).encode(ids: ids, mask: mask)
                try golden.expectClose(exact, "last_hidden_state_fp32")
                let rounded = try encoder(path, precision: .bf16).encode(ids: ids, mask: mask)
                try golden.expectClose(rounded, "last_hidden_state_bf16")
            }
        }
    }

    @Test("Kept weights give the streamed result bit for bit, and only they take memory")
    func residency() throws {
        guard let golden = try GoldenSet.current.cases(kind: "t5_encode").first else { return }
        let ids = rows(try golden.rawInput("input_ids"))
        let streamed = try encoder(golden.weights[0])
        let kept = try encoder(golden.weights[0], residency: .kept)
        #expect(try streamed.encode(ids: ids).values == kept.encode(ids: ids).values)
        #expect(streamed.byteCount == 0)
        let expected = kept.configuration.expectedWeights().filter { $0.value.count == 2 && $0.key.contains("block") }
        let count = expected.values.reduce(0) { $0 + $1[0] * $1[1] }
        #expect(kept.byteCount >= 4 * (count - kept.configuration.positions.count * kept.configuration.headCount))
    }

    @Test("A prompt's states do not depend on its neighbours in the batch or on its padding")
    func independence() throws {
        guard let golden = try GoldenSet.current.cases(kind: "t5_encode").first else { return }
        let encoder = try encoder(golden.weights[0])
        let together = try encoder.encode(
            ids: [[5, 6, 1, 0, 0], [9, 8, 7, 6, 1]], mask: [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
        let alone = try encoder.encode(ids: [[5, 6, 1]], mask: [[1, 1, 1]])
        let first = together.sliced(axis: 0, 0..<1).sliced(axis: 1, 0..<3)
        expectClose(first, alone, tolerance: 1e-5)
    }

    @Test("An id outside the vocabulary is refused, and a block may end the run")
    func failures() throws {
        struct Stop: Error {}
        guard let golden = try GoldenSet.current.cases(kind: "t5_encode").first else { return }
        let encoder = try encoder(golden.weights[0])
        let count = encoder.configuration.vocabularyCount
        #expect(throws: ModelError.self) { try encoder.encode(ids: [[count]]) }
        #expect(throws: ModelError.self) { try encoder.encode(ids: [[-1]]) }
        #expect(throws: Stop.self) { try encoder.encode(ids: [[1]]) { _, _ in throw Stop() } }
    }

    @Test("The published T5-XXL encoder has 4.76 billion parameters")
    func publishedSize() throws {
        let configuration = try TextEncoderConfiguration(
            JSONReader.read(
                """
                {"d_model":4096,"d_kv":64,"d_ff":10240,"num_heads":64,"num_layers":24,"vocab_size":32128,
                 "feed_forward_proj":"gated-gelu","relative_attention_num_buckets":32,"model_type":"t5"}
                """))
        let count = configuration.expectedWeights().values.reduce(0) { $0 + $1.reduce(1, *) }
        #expect((4.75e9...4.77e9).contains(Double(count)))
    }

    @Test(
        "Configurations of other encoders are refused",
        arguments: [
            #""feed_forward_proj":"relu""#, #""num_heads":0"#, #""relative_attention_num_buckets":30"#,
            #""relative_attention_max_distance":8"#, #""model_type":"bert""#, #""d_ff":"80""#,
        ])
    func badConfigurations(setting: String) throws {
        let valid: JSONValue = try JSONReader.read(
            #"{"d_model":8,"d_kv":4,"d_ff":16,"num_heads":2,"num_layers":1,"vocab_size":9,"feed_forward_proj":"gated-gelu"}"#
        )
        _ = try TextEncoderConfiguration(valid)
        let change = try #require(JSONReader.read("{\(setting)}").object)
        let merged = try #require(valid.object).merging(change) { $1 }
        #expect(throws: ModelError.self) { try TextEncoderConfiguration(.object(merged)) }
    }
}
