package import Foundation
package import Generation

/// A draft in the list.
package struct DraftEntry: Sendable, Identifiable {
    /// What became of the newest commit of a draft.
    package enum Commit: Sendable, Equatable {
        case none
        case waiting(Int)
        case running(Int)
        case stopped(Int)
        case done(Int, file: URL)
    }

    package var id: Int
    package var recipe: Recipe
    /// Seconds the draft took.
    package var seconds: Double
    /// Of its folder; a URL would take ten times the memory, for each of ten thousand.
    private var folderPath: String
    package var isStarred: Bool
    package var commit: Commit
    /// Words to find it by, sorted.
    package var tags: [String]
    package var made: Date?

    package init(
        id: Int, recipe: Recipe, seconds: Double, folder: URL, isStarred: Bool = false, commit: Commit = .none,
        tags: [String] = [], made: Date? = nil
    ) {
        self.id = id
        self.recipe = recipe
        self.seconds = seconds
        folderPath = folder.path(percentEncoded: false)
        self.isStarred = isStarred
        self.commit = commit
        self.tags = tags
        self.made = made
    }

    package var folder: URL { URL(filePath: folderPath) }
    package var clipSeconds: Double { Double(recipe.frames) / max(recipe.fps, 1) }
    package var clip: URL { folder.appending(path: "clip.mp4") }
    package var poster: URL { folder.appending(path: "poster.png") }

    package var commitText: String {
        switch commit {
        case .none: ""
        case .waiting(let job): "commit \(job) waits"
        case .running(let job): "commit \(job) runs"
        case .stopped: "commit stopped"
        case .done: "2k done"
        }
    }
}

/// A job in the queue: running, waiting, or finished since the start.
package struct JobEntry: Sendable, Identifiable, Equatable {
    package enum State: Sendable, Equatable {
        case waiting
        case running
        case stopping
        case stopped(step: Int, of: Int)
        case failed(String)
        case done(seconds: Double, bytes: Int?)

        package var isFinished: Bool {
            switch self {
            case .waiting, .running, .stopping: false
            case .stopped, .failed, .done: true
            }
        }

        package var isDone: Bool {
            if case .done = self { true } else { false }
        }
    }

    package var id: Int
    package var kind: GenerationResult.Kind
    package var size: VideoSize
    /// The draft of a commit.
    package var draft: Int?
    package var state: State
    /// Expected seconds of the whole job.
    package var expected: Double?
    package var batch: BatchPlace?
    /// It waits since an engine that is gone, and starts only when somebody asks.
    package var isHeld = false

    package init(
        id: Int, kind: GenerationResult.Kind, size: VideoSize, draft: Int?, state: State, expected: Double? = nil,
        batch: BatchPlace? = nil
    ) {
        self.id = id
        self.kind = kind
        self.size = size
        self.draft = draft
        self.state = state
        self.expected = expected
        self.batch = batch
    }
}

/// A preset in the list.
package struct PresetEntry: Sendable, Equatable {
    package var name: String
    package var about: String
    package var origin: String
    /// For example `512x288 -> 2560x1440  121f`.
    package var summary: String

    package init(name: String, about: String, origin: String, summary: String) {
        self.name = name
        self.about = about
        self.origin = origin
        self.summary = summary
    }
}

/// What a message means for the person who reads it.
package enum MessageKind: Int, Sendable, Comparable, CaseIterable {
    case detail
    case ok
    case warning
    case error

    package static func < (left: MessageKind, right: MessageKind) -> Bool { left.rawValue < right.rawValue }

    /// Said before the text, so that no meaning hangs on colour.
    package var sign: String {
        switch self {
        case .detail: ""
        case .ok: "ok "
        case .warning: "? "
        case .error: "! "
        }
    }
}

package struct Message: Sendable, Equatable {
    package var text: String
    package var kind: MessageKind
    /// On the state's clock; nil: until a key is pressed.
    package var until: Double?
}

package struct LogLine: Sendable, Equatable {
    /// `14:28:41`.
    package var time: String
    package var text: String
    package var kind: MessageKind
}
