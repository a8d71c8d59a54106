import Benchmarks
import Kernels
import Models
import Testing

@Suite("A published architecture with random weights")
struct SyntheticBenchmarkTests {
    private static func options(layers: Int) throws -> BenchmarkOptions {
        var synthetic = try SyntheticOptions(name: "ltxv-2b")
        synthetic.configuration = VideoTransformerConfiguration(
            layerCount: 4, headCount: 2, headWidth: 32, inputChannels: 8, outputChannels: 8, captionChannels: 16)
        synthetic.layers = layers
        synthetic.tokens = [4, 6, 12]
        synthetic.extrapolated = [24]
        synthetic.blockTokens = 24
        var options = BenchmarkOptions(threadCount: 2, cpuName: "a CPU")
        options.sizes = .tiny
        options.runs = 2
        options.precisions = [.fp32]
        options.synthetic = synthetic
        return options
    }

    @Test("is measured at each token count, extended by the fit, and run as one block")
    func measuresSteps() async throws {
        let report = try await BenchmarkRunner(Self.options(layers: 2)).run()
        let measurements = report.measurements.filter { $0.name != "peak" }
        #expect(
            measurements.map(\.name) == [
                "synthetic.ltxv-2b.4", "synthetic.ltxv-2b.6", "synthetic.ltxv-2b.12", "synthetic.ltxv-2b.24",
                "block.ltxv-2b.24",
            ])
        #expect(measurements.map(\.isMeasured) == [true, true, true, false, true])
        for one in measurements.prefix(3) {
            #expect(one.details["measured_layers"] == 2)
            #expect((one.details["workspace_bytes"] ?? 0) > 0 && (one.details["weight_bytes"] ?? 0) > 0)
            #expect(one.seconds.median > (one.details["measured_step_s"] ?? 0))
        }
    }

    @Test("says the same weight bytes whether it built some of the blocks or all")
    func countsAllWeights() async throws {
        var bytes: [Double?] = []
        for layers in [2, 4] {
            var options = try Self.options(layers: layers)
            options.only = ["synthetic"]
            let report = try await BenchmarkRunner(options).run()
            bytes.append(report.measurements.first { $0.name == "synthetic.ltxv-2b.4" }?.details["weight_bytes"])
        }
        let (some, all) = (try #require(bytes[0]), try #require(bytes[1]))
        #expect(abs(some - all) <= 0.01 * all)
    }

    @Test("fits the times of a polynomial to its coefficients")
    func fitsPolynomial() throws {
        let truth = QuadraticFit(constant: 0.5, linear: 2e-3, square: 3e-7)
        let points = [640.0, 1320, 3570, 14400].map { (tokens: $0, seconds: truth.seconds($0)) }
        let fit = try #require(QuadraticFit(points))
        #expect(fit.description == "0.5 + 0.002 N + 3e-07 N²")
        #expect(abs(fit.constant - truth.constant) < 1e-6)
        #expect(abs(fit.linear - truth.linear) < 1e-9)
        #expect(abs(fit.square - truth.square) < 1e-13)
        #expect(QuadraticFit(Array(points.prefix(2))) == nil)
    }

    @Test("never fits negative time, whatever the noise")
    func fitsNoNegativeTerms() throws {
        // A bend downwards, which no sum of work has.
        let fit = try #require(QuadraticFit([(64, 0.8), (128, 2.3), (256, 3.3)]))
        #expect(fit.constant >= 0 && fit.linear >= 0 && fit.square >= 0)
        #expect(fit.seconds(25200) > fit.seconds(256))
    }

    @Test("is refused under a name that is not published")
    func refusesUnknownNames() {
        #expect { _ = try SyntheticOptions(name: "ltxv-900b") } throws: { "\($0)".contains("ltxv-2b") }
    }
}
