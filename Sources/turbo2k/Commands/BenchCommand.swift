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
            then the whole job. Figures are medians; the spread is half the distance from the fastest to the slowest \
            run. Times of a machine that does other work at the same time mean little. TURBO2K_KERNELS=avx2 or \
            portable caps the kernels' level.
            """)

    @Option(
        help: ArgumentHelp("Only these, by name or by the part before a dot; commas between.", valueName: "names"))
    var only: String?

    @Flag(help: "Name the benchmarks and run none.")
    var list = false

    @Option(help: ArgumentHelp("Timed runs of each; chosen by duration by default.", valueName: "count"))
    var runs: Int?

    @Option(
        help: ArgumentHelp("fp32, bf16, int8; commas between. All that the CPU does by default.", valueName: "names"))
    var precision: String?

    @Option(
        help: ArgumentHelp("A model's name, or the path of its folder.", valueName: "name"),
        completion: .asked(.models))
    var model: String?

    @Option(help: ArgumentHelp("Instead, a published size with random weights: ltxv-2b.", valueName: "name"))
    var synthetic: String?

    @Option(help: ArgumentHelp("With --synthetic: token counts of a step; commas between.", valueName: "counts"))
    var tokens: String?

    @Option(help: ArgumentHelp("With --synthetic: blocks that are built; the others are added.", valueName: "count"))
    var layers: Int?

    @Option(help: ArgumentHelp("With --synthetic: run one block at this token count.", valueName: "tokens"))
    var blockAt: Int?

    @Flag(inversion: .prefixedNo, help: "Run the whole job too, draft and commit of the default preset.")
    var job = true

    @Option(help: ArgumentHelp("Share of attention that the job's commit keeps, 0 to 1.", valueName: "share"))
    var coverage: Float?

    @Option(help: ArgumentHelp("CPU threads; all by default.", valueName: "count"))
    var threads: Int?

    @Flag(help: ArgumentHelp("Shapes that take milliseconds, to see that everything runs.", visibility: .hidden))
    var tiny = false

    @OptionGroup var report: ReportOptions

    func run() async throws {
        report.apply()
        let options = try options(Workplace())
        if list { return try showList(options) }
        let showsProgress = !report.json && !report.quiet && Output.errorIsTerminal
        // A wrong name is found out before anything is written.
        _ = try BenchmarkCase.selected(options)
        if !report.json { Output.result(ReportTable.header) }
        let result = try await BenchmarkRunner(options).run(
            started: { name, precision in if showsProgress { Output.transient("\(name) \(precision) ...") } },
            measured: { one in
                if showsProgress { Output.clearTransient() }
                if !report.json { ReportTable.lines(one).forEach(Output.result) }
            })
        if showsProgress { Output.clearTransient() }
        // The report is one object; its first field joins it to the events of other commands.
        Output.result(
            report.json
                ? "{\"event\":\"result\"," + (try result.json()).dropFirst() : ReportTable.title(result.machine))
    }

    private func showList(_ options: BenchmarkOptions) throws {
        for one in try BenchmarkCase.selected(options) {
            let name = one.name.padding(toLength: max(36, one.name.count + 2), withPad: " ", startingAt: 0)
            report.json
                ? Output.object([
                    ("event", "benchmark"), ("name", .string(one.name)), ("summary", .string(one.summary)),
                ]) : Output.result(name + one.summary)
        }
    }

    private func options(_ workplace: Workplace) throws -> BenchmarkOptions {
        let machine = Machine.current
        let threadCount = try threads.map { try Values.inRange($0, 1...1024, "--threads") }
        var options = BenchmarkOptions(
            threadCount: threadCount ?? workplace.settings.threads ?? machine.coreCount, cpuName: machine.name)
        options.only = Self.words(only)
        options.runs = try runs.map { try Values.inRange($0, 1...1000, "--runs") }
        options.precisions = try Self.words(precision).map { try PrecisionName.value($0) }
        options.model = model ?? ResolvedPreset.defaultModel
        options.userModels = workplace.paths.models
        if tiny { options.sizes = .tiny }
        options.synthetic = try syntheticOptions()
        if job, synthetic == nil {
            let preset = try workplace.presets().resolved(workplace.settings.preset, model: model)
            var recipe = preset.recipe(prompt: Self.prompt, seed: 3)
            if let coverage { recipe.hr.coverage = try Values.inRange(coverage, 0...1, "--coverage") }
            options.job = recipe
            if !tiny { options.studioProgram = Bundle.main.executablePath }
            let engine = GenerationEngine(options: .init(userModels: workplace.paths.models))
            options.estimates = { [recipe] count in try await EstimateTiming.measure(recipe, engine, count: count) }
        }
        return options
    }

    /// The bundled model's own example.
    private static let prompt =
        "a blue car driving to the left across the desert, in the daytime, white clouds"

    private func syntheticOptions() throws -> SyntheticOptions? {
        guard let synthetic else {
            let given = [("--tokens", tokens != nil), ("--layers", layers != nil), ("--block-at", blockAt != nil)]
            if let (name, _) = given.first(where: { $0.1 }) {
                throw GenerationError.badValue("\(name) needs --synthetic \(SyntheticOptions.names[0]).")
            }
            return nil
        }
        var options = try SyntheticOptions(name: synthetic)
        if let blockAt {
            options.blockTokens = try Values.inRange(blockAt, 1...1_000_000, "--block-at")
            // A block at full size is often all that is wanted.
            if tokens == nil { options.tokens = [] }
        }
        if let tokens { options.tokens = try Self.words(tokens).map(Self.tokenCount) }
        if let layers {
            options.layers = try Values.inRange(layers, 2...options.layerCount, "--layers")
        }
        return options
    }

    private static func tokenCount(_ text: String) throws -> Int {
        guard let count = Int(text) else {
            let shown = TextCleaning.shortened(text, to: 40)
            throw GenerationError.badValue("--tokens must be whole numbers with commas between, is \"\(shown)\".")
        }
        return try Values.inRange(count, 1...1_000_000, "--tokens")
    }

    /// `a,b` as a and b.
    private static func words(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
