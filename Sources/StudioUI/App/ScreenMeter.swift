import Foundation
import Generation
package import StudioCore
package import TerminalKit
import VideoIO

/// What updates of the screen cost: each pane and each kind of change drawn from a sample, its bytes and time counted.
///
/// Nothing is sent to a terminal.
@MainActor
package struct ScreenMeter {
    package struct Figure: Sendable {
        package var name: String
        package var columns: Int
        package var rows: Int
        package var bytes: Int
        package var seconds: Double
        /// The most bytes it should have; nil where there is no such figure.
        package var budget: Int?

        package var isWithinBudget: Bool { budget.map { bytes <= $0 } ?? true }
    }

    /// The sizes of the design's drawings.
    package static let sizes = [
        TerminalSize(columns: 80, rows: 24), TerminalSize(columns: 120, rows: 40), TerminalSize(columns: 200, rows: 60),
    ]

    /// Twelve of them a second stay under 700 KiB.
    private static let frameBudget = 700 * 1024 / 12

    private let display: StudioDisplay
    private let size: TerminalSize
    private var state: StudioState
    private var figures: [Figure] = []

    /// Measures at one size.
    ///
    /// - Throws: `TerminalError` where the terminal's kind is not known.
    package static func measure(
        _ capabilities: TerminalCapabilities, terminalName: String, isUTF8: Bool, size: TerminalSize,
        preset: ResolvedPreset, theme: Theme
    ) throws -> [Figure] {
        var meter = try ScreenMeter(
            capabilities, terminalName: terminalName, isUTF8: isUTF8, size: size, preset: preset, theme: theme)
        meter.run()
        return meter.figures
    }

    private init(
        _ capabilities: TerminalCapabilities, terminalName: String, isUTF8: Bool, size: TerminalSize,
        preset: ResolvedPreset, theme: Theme
    ) throws {
        self.size = size
        let screen = try Screen(terminalName: terminalName, size: size, isUTF8: isUTF8) { _ in capabilities.textDepth }
        display = StudioDisplay(screen, capabilities, rateCap: nil, imageIDs: ImageIDs(processID: 0))
        let look = Look(theme, depth: screen.depth, borders: isUTF8 ? nil : .ascii, background: nil)
        state = ScreenSample.state(preset, look, width: size.columns, height: size.rows)
    }

    private mutating func run() {
        measure("whole screen") { _ in }
        measureTyping()
        for pane in PaneKind.allCases { measure("pane \(pane.name)") { $0.focus(on: pane) } }
        for pane in [PaneKind.params, .drafts, .queue, .presets, .log] {
            state.focus(on: pane)
            _ = display.update(state)
            // The log's newest line is selected, and nothing is below it.
            measure("move in \(pane.name)", budget: 2048) { _ = $0.handle(pane == .log ? .up : .down) }
        }
        measure("step of a job") { ScreenSample.addStep(to: &$0) }
        measure("help opens") { _ = $0.handle(.function(1)) }
        measure("help closes") { _ = $0.handle(.escape) }
        measureFrames()
    }

    private mutating func measure(_ name: String, budget: Int? = nil, _ change: (inout StudioState) -> Void) {
        let start = ContinuousClock.now
        change(&state)
        let bytes = display.update(state).count
        note(name, bytes: bytes, seconds: (ContinuousClock.now - start) / .seconds(1), budget: budget)
    }

    /// The dearest letter of some words: the first of a word also changes the count of words.
    private mutating func measureTyping() {
        var dearest = (bytes: 0, seconds: 0.0)
        for letter in " near a lake" {
            let start = ContinuousClock.now
            _ = state.handle(.character(letter))
            let bytes = display.update(state).count
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            dearest = (max(dearest.bytes, bytes), max(dearest.seconds, seconds))
        }
        note("typed letter", bytes: dearest.bytes, seconds: dearest.seconds, budget: 200)
    }

    /// The average over a round of the clip, after the first frame, which is sent whole.
    private mutating func measureFrames() {
        state.focus(on: .preview)
        guard state.layout.panes[.preview] != nil else { return }
        _ = display.update(state)
        // The terminal has shown it: without that no further frame is sent.
        _ = display.noteReady()
        let start = ContinuousClock.now
        var (bytes, count) = (0, 0)
        for _ in 0..<ScreenSample.frameCount {
            state.now += 1 / ScreenSample.framesPerSecond
            guard state.preview.advance(now: state.now) else { continue }
            bytes += display.update(state).count
            _ = display.noteReady()
            count += 1
        }
        guard count > 0 else { return }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        note("frame of a clip", bytes: bytes / count, seconds: seconds / Double(count), budget: Self.frameBudget)
    }

    private mutating func note(_ name: String, bytes: Int, seconds: Double, budget: Int?) {
        figures.append(
            Figure(
                name: name, columns: size.columns, rows: size.rows, bytes: bytes, seconds: seconds, budget: budget))
    }
}

/// A studio in the middle of work: two hundred drafts, a clip that moves, a job at its fifth step.
private enum ScreenSample {
    static let frameCount = 24
    static let framesPerSecond = 12.0
    private static let prompt = "A fox crosses a snowy ridge at sunset, slow dolly in, warm rim light"
    private static let job = 201

    static func state(_ preset: ResolvedPreset, _ look: Look, width: Int, height: Int) -> StudioState {
        var state = StudioState(
            width: width, height: height, look: look, form: ParametersForm(preset, seed: 41877))
        state.prompt = TextEditor(prompt)
        state.drafts.take(
            (1...200).map { id in
                DraftEntry(
                    id: id, recipe: preset.recipe(prompt: "\(prompt), take \(id)", seed: UInt32(id)), seconds: 8.1,
                    folder: URL(filePath: "/"))
            })
        state.presets.replace(
            (1...12).map {
                PresetEntry(name: "preset \($0)", about: "", origin: "shipped", summary: "512x288 -> 2560x1440")
            })
        for number in 1...40 { state.say("draft \(number) saved 1.2 MiB", .detail) }
        state.preview.show(ShownClip(source: .draft(200), frames: frames, fps: framesPerSecond), now: 0)
        let recipe = state.form.recipe(prompt: prompt, negative: "")
        for id in job..<job + 4 { state.jobEntered(id, kind: .draft, recipe: recipe, draft: nil, expected: 8) }
        state.jobStarted(job, kind: .draft, recipe: recipe, draft: nil)
        state.jobTold(job, .stageStarted(.lr, parts: 8))
        for _ in 1...5 { addStep(to: &state) }
        return state
    }

    static func addStep(to state: inout StudioState) {
        let number = (state.run?.steps.count ?? 0) + 1
        state.jobTold(
            job,
            .stepFinished(
                StepRecord(
                    pass: .lr, number: number, count: 8, sigma: 1 - Float(number) / 10, seconds: 0.7, attention: 0.2,
                    linear: 0.4, tokens: 2304, calls: 1, x0Change: 0.1)))
    }

    /// A bright disc that crosses a slope of colours.
    private static var frames: [VideoFrame] {
        let (width, height) = (320, 180)
        return (0..<frameCount).map { time in
            var pixels: [UInt8] = []
            pixels.reserveCapacity(width * height * 3)
            for y in 0..<height {
                for x in 0..<width {
                    let (dx, dy) = (x - 20 - time * 12, y - 90)
                    let isDisc = dx * dx + dy * dy < 1600
                    pixels += isDisc ? [235, 130, 40] : [UInt8(40 + y / 2), UInt8(60 + x / 4), UInt8(200 - y / 2)]
                }
            }
            return VideoFrame(width: width, height: height, pixels: pixels)
        }
    }
}
