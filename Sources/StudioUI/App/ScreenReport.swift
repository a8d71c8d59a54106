import Foundation
import Generation
import StudioCore
import TerminalKit

/// What the screen means, for tests and for programs that look at it: `turbo2k __screen` prints it as JSON.
struct ScreenReport: Encodable, Sendable {
    struct Point: Encodable, Sendable {
        var x: Int
        var y: Int
    }

    struct Area: Encodable, Sendable {
        var x: Int
        var y: Int
        var width: Int
        var height: Int

        init(_ rect: Rect) { (x, y, width, height) = (rect.x, rect.y, rect.width, rect.height) }
    }

    struct Step: Encodable, Sendable {
        var pass: String
        var number: Int
        var count: Int
        var seconds: Double

        init(_ step: StepRecord) {
            (pass, number, count, seconds) = (step.pass.rawValue, step.number, step.count, step.seconds)
        }
    }

    struct Job: Encodable, Sendable {
        var id: Int
        var kind: String
        var state: String
        var draft: Int?
        var size: String
        var steps: [Step] = []
    }

    struct Message: Encodable, Sendable {
        var kind: String
        var text: String
    }

    struct Drafts: Encodable, Sendable {
        var all: Int
        var shown: Int
        var selected: Int?
        var filter: String
    }

    struct Preview: Encodable, Sendable {
        var area: Area?
        var graphics: String
        var frame: Int?
        var frames: Int?
        /// The frame of A, while A and B are compared.
        var referenceFrame: Int?
        var isPlaying: Bool
        var framesPerSecond: Double?
    }

    /// What the front end has cost so far.
    struct Process: Encodable, Sendable {
        var id: Int32
        var residentBytes: Int
        var openFiles: Int
        var writtenBytes: Int
        /// Frames of clips that were sent.
        var sentFrames: Int
    }

    let schema = "turbo2k.screen.v1"
    var width: Int
    var height: Int
    var focus: String
    /// Nil where it is hidden.
    var cursor: Point?
    var panes: [String: Area]
    /// Dialogs, the uppermost last.
    var dialogs: [String]
    var message: Message?
    var prompt: String
    var negative: String
    var theme: String
    var jobs: [Job]
    var drafts: Drafts
    var preview: Preview
    var process: Process

    @MainActor
    init(_ state: StudioState, _ drawing: StudioView.Drawing, process: Process) {
        (width, height) = (state.width, state.height)
        focus = state.focus.name
        cursor = drawing.canvas.cursor.map { Point(x: $0.x, y: $0.y) }
        panes = Dictionary(uniqueKeysWithValues: state.layout.panes.map { ($0.key.name, Area($0.value)) })
        dialogs = state.overlays.map(\.name)
        message = state.message.map { Message(kind: String(describing: $0.kind), text: $0.text) }
        (prompt, negative, theme) = (state.prompt.text, state.negative.text, state.themeName)
        jobs = state.queue.jobs.map { job in
            Job(
                id: job.id, kind: job.kind.rawValue, state: job.state.name, draft: job.draft,
                size: job.size.description,
                steps: state.run.flatMap { $0.id == job.id ? $0.steps.map(Step.init) : nil } ?? [])
        }
        drafts = Drafts(
            all: state.drafts.all.count, shown: state.drafts.shown.count, selected: state.drafts.selectedID,
            filter: state.drafts.filter.text)
        let clip = state.preview.shownClip
        preview = Preview(
            area: drawing.picture.map(Area.init), graphics: state.preview.graphicsName,
            frame: clip == nil ? nil : state.preview.frameIndex + 1, frames: clip?.frames.count,
            referenceFrame: state.preview.isComparing ? state.preview.referenceIndex + 1 : nil,
            isPlaying: state.preview.isPlaying, framesPerSecond: state.preview.achievedRate)
        self.process = process
    }

    /// Adds the steps of jobs that are not on the screen, as the history has them.
    mutating func addSteps(from history: History) {
        for index in jobs.indices where jobs[index].steps.isEmpty {
            // A job the history has lost shows no steps; the report is about the screen.
            jobs[index].steps = (try? history.steps(of: jobs[index].id))?.map(Step.init) ?? []
        }
    }

    /// One line.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing in it can fail to be encoded but a number that is not finite, of which there is none.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension PaneKind {
    /// As reports and settings write it.
    var name: String { title.lowercased() }
}

extension Overlay {
    /// The kind of dialog, and for a question which one.
    fileprivate var name: String {
        let words = String(describing: self)
        return String(words.prefix { $0 != "(" })
    }
}

extension JobEntry.State {
    fileprivate var name: String {
        switch self {
        case .waiting: "waiting"
        case .running: "running"
        case .stopping: "stopping"
        case .stopped: "stopped"
        case .failed: "failed"
        case .done: "done"
        }
    }
}
