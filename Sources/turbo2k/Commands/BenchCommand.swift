import ArgumentParser
import Benchmarks
import Foundation
import Generation
import StudioCore

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure kernels, model parts and the whole job against this machine's own peak.",
        discussion: """
            First the peak of this CPU in fp32, bf16 and int8, then each kernel and model part with its fraction of it, \
            then the whole job. Times of a machine that does other work at the same time mean little.
            """)

    @Argument(help: "Only these benchmarks, by name or group; all by default.")
    var only: [String] = []

    @Flag(help: "Name the benchmarks and run none.")
    var list = false

    @Option(help: ArgumentHelp("Timed runs of each; chosen by duration by default.", valueName: "count"))
    var runs: Int?

    @Option(help: ArgumentHelp("fp32, bf16 or int8; may be given more than once.", valueName: "name"))
    var precision: [String] = []

    @Option(
        help: ArgumentHelp("A model's name, or the path of its folder.", valueName: "name"),
        completion: .custom { _, _, _ in Completion.models() })
    var model: String?

    @Option(help: ArgumentHelp("Measure a published size with random weights, and nothing else.", valueName: "name"))
    var synthetic: String?

    @Option(help: ArgumentHelp("With --synthetic: token counts of a step.", valueName: "count"))
    var tokens: [Int] = []

    @Option(help: ArgumentHelp("With --synthetic: blocks that are built.", valueName: "count"))
    var layers: Int?

    @Option(help: ArgumentHelp("With --synthetic: tokens of one block run alone.", valueName: "count"))
    var blockTokens: Int?

    @Flag(inversion: .prefixedNo, help: "Run the whole job too, draft and commit of the default preset.")
    var job = true

    @Option(help: ArgumentHelp("CPU threads; all by default.", valueName: "count"))
    var threads: Int?

    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let options = try options(Workplace())
        if list {
            for one in BenchmarkCase.all(options) {
                Output.result(one.name.padding(toLength: 36, withPad: " ", startingAt: 0) + one.summary)
            }
            return
        }
        let isJSON = report.json
        let result = try await BenchmarkRunner(options).run(
            started: { name, precision in if Output.errorIsTerminal { Output.transient("\(name) \(precision) ...") } },
            measured: { one in
                if Output.errorIsTerminal { Output.clearTransient() }
                guard !isJSON else { return }
                ReportTable.lines(one).forEach(Output.result)
            })
        if isJSON {
            // The report is one object; its first field joins it to the other events.
            Output.result("{\"event\":\"result\"," + (try result.json()).dropFirst())
        } else {
            Output.result(ReportTable.title(result.machine))
        }
    }

    private func options(_ workplace: Workplace) throws -> BenchmarkOptions {
        let machine = Machine.current
        let threadCount = try threads.map { try Values.inRange($0, 1...1024, "--threads") } ?? machine.coreCount
        var options = BenchmarkOptions(threadCount: threadCount, cpuName: machine.name)
        options.only = only
        options.runs = try runs.map { try Values.inRange($0, 1...1000, "--runs") }
        options.precisions = try precision.map { try PrecisionName.value($0) }
        options.model = model ?? ResolvedPreset.defaultModel
        options.userModels = workplace.paths.models
        if let synthetic { options.synthetic = try syntheticOptions(synthetic) }
        if job, synthetic == nil {
            let preset = try workplace.presets().resolved(workplace.settings.preset, model: model)
            options.job = preset.recipe(prompt: Self.prompt, seed: 3)
        }
        return options
    }

    /// The bundled model's own example.
    private static let prompt =
        "a blue car driving to the left across the desert, in the daytime, white clouds"

    private func syntheticOptions(_ name: String) throws -> SyntheticOptions {
        var options = try SyntheticOptions(name: name)
        if !tokens.isEmpty { options.tokens = try tokens.map { try Values.inRange($0, 1...1_000_000, "--tokens") } }
        if let layers { options.layers = try Values.inRange(layers, 1...28, "--layers") }
        if let blockTokens {
            options.blockTokens = try Values.inRange(blockTokens, 1...1_000_000, "--block-tokens")
        }
        return options
    }
}
