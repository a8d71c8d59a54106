import Foundation
import Generation
import StudioCore
import StudioUI
import TerminalKit
import VideoIO

/// States to draw and to press keys on.
enum Sample {
    static func preset(
        name: String = "fox-2k", frames: Int = 121, lr: String = "512x288", hr: String = "2560x1440"
    ) throws -> ResolvedPreset {
        let nowhere = FileManager.default.temporaryDirectory.appending(path: "turbo2k-no-presets")
        var preset = Preset(name: name, frames: frames, fps: 24)
        preset.lr = .init(size: VideoSize(lr), steps: 8, guidance: 1)
        preset.hr = .init(size: VideoSize(hr), steps: 4, guidance: 1)
        return try PresetLibrary(shipped: nil, own: nowhere).resolved(preset)
    }

    static func state(_ width: Int = 80, _ height: Int = 24, borders: BorderKind = .unicode) throws -> StudioState {
        let form = ParametersForm(try preset(), seed: 41877)
        var state = StudioState(width: width, height: height, look: .mono(borders: borders), form: form)
        state.facts = MachineFacts(usedBytes: 5 << 30, totalBytes: 24 << 30, freeDiskBytes: 212 << 30, threadCount: 16)
        state.themeNames = ["terminal", "ember", "paper"]
        state.presets.replace([
            PresetEntry(name: "draft", about: "", origin: "shipped", summary: "512x288 -> 2560x1440  121f"),
            PresetEntry(name: "fox-2k", about: "nature", origin: "yours", summary: "512x288 -> 2560x1440  121f"),
        ])
        return state
    }

    static func draft(_ id: Int, _ prompt: String, seed: UInt32 = 41877) throws -> DraftEntry {
        var recipe = try preset().recipe(prompt: prompt, seed: seed)
        recipe.frames = 121
        return DraftEntry(
            id: id, recipe: recipe, seconds: 8.1, folder: URL(filePath: "/nowhere/\(id)"), isStarred: id == 2)
    }

    static func clip(_ source: ShownClip.Source, frames: Int = 121, fps: Double = 24) -> ShownClip {
        let frame = VideoFrame(width: 16, height: 9, pixels: [UInt8](repeating: 90, count: 16 * 9 * 3))
        return ShownClip(source: source, frames: Array(repeating: frame, count: frames), fps: fps)
    }

    static func step(_ number: Int, of count: Int = 8, seconds: Double = 0.7) -> StepRecord {
        StepRecord(
            pass: .lr, number: number, count: count, sigma: 1 - Float(number) / 10, seconds: seconds,
            attention: seconds * 0.3, linear: seconds * 0.6, tokens: 2304, calls: 1, x0Change: 0.1)
    }

    /// Two drafts in the list, a third one running at its fifth step.
    static func busy(_ width: Int, _ height: Int, borders: BorderKind = .unicode) throws -> StudioState {
        var state = try state(width, height, borders: borders)
        state.prompt = TextEditor("A fox crosses a snowy ridge at sunset, slow dolly in, warm rim light")
        state.drafts.take([try draft(1, "fox, dusk", seed: 903), try draft(2, "fox, snow ridge, slow")])
        state.preview.show(clip(.draft(2)), now: 0)
        let recipe = state.form.recipe(prompt: state.prompt.text, negative: "")
        state.jobEntered(15, kind: .draft, recipe: recipe, draft: nil, expected: 8)
        state.jobStarted(15, kind: .draft, recipe: recipe, draft: nil)
        state.jobTold(15, .stageStarted(.lr, parts: 8))
        for number in 1...5 { state.jobTold(15, .stepFinished(step(number))) }
        state.now = 4
        state.jobRemaining(15, TimeEstimate(seconds: 6, low: 5, high: 7, runs: 5, basis: "model"))
        return state
    }
}

extension StudioState {
    /// The screen as text, no-break spaces of the picture as `:`.
    var lines: [String] { StudioView.draw(self).canvas.lines.map { $0.replacing("\u{A0}", with: ":") } }

    var text: String { lines.joined(separator: "\n") }

    @discardableResult
    mutating func press(_ keys: Key...) -> [StudioAction] { keys.flatMap { handle($0) } }

    @discardableResult
    mutating func type(_ text: String) -> [StudioAction] { text.flatMap { handle(.character($0)) } }
}
