package import Foundation

/// The user's settings, `config.toml`.
package struct Settings: Sendable, Equatable {
    package enum ColorChoice: String, Sendable, CaseIterable {
        case auto, never
        case ansi16 = "16"
        case palette256 = "256"
        case truecolor = "true"
    }

    package enum Graphics: String, Sendable, CaseIterable {
        case auto, kitty, iterm, sixel, half, quadrant, sextant, octant, braille, ascii, off
    }

    package enum Motion: String, Sendable, CaseIterable {
        case full, reduced
    }

    package enum Notify: String, Sendable, CaseIterable {
        case none, bell, desktop, both
    }

    package enum OnQuit: String, Sendable, CaseIterable {
        case ask, keep, stop
    }

    /// What is written into output files.
    package enum Metadata: String, Sendable, CaseIterable, Codable {
        /// The whole recipe.
        case full
        /// Without prompt and negative prompt.
        case short
        case none
    }

    /// How the estimate of a running job is shown after each step.
    package enum PreviewLook: String, Sendable, CaseIterable {
        case map, small
    }

    package enum EnterKey: String, Sendable, CaseIterable {
        case draft, newline
    }

    package var preset = "nano"
    package var theme = "terminal"
    package var color = ColorChoice.auto
    package var graphics = Graphics.auto
    package var picturesKeepColor = false
    package var borders: Theme.Borders?
    package var hasMouse = true
    package var preview = PreviewLook.map
    package var motion = Motion.full
    package var notify = Notify.none
    package var onQuit = OnQuit.ask
    package var metadata = Metadata.full
    package var hasViKeys = false
    package var draftsGoFirst = true
    package var pausesUnfocused = true
    /// Whether a running job finishes its step and waits while the studio is suspended.
    package var pausesOnSuspend = false
    /// Minutes without input after which animation stops.
    package var idleStopMinutes = 10
    /// Milliseconds to tell Esc from a sequence; nil: chosen by the connection.
    package var escapeMilliseconds: Int?
    /// Frames per second at most; nil: by the kind of picture.
    package var pictureFPS: Int?
    package var threads: Int?
    package var enterKey = EnterKey.draft
    package var outputFolder: String?
    package var outputName: String?
    package var keptDrafts = 500
    package var trashDays = 30
    package var stateDays = 14

    package init() {}

    /// Reads the file; a missing one means every default. Wrong values are reported and the default is used.
    package static func load(_ file: URL) throws(StudioError) -> (settings: Settings, problems: [FileProblem]) {
        guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else { return (Settings(), []) }
        return try parse(try TextFile.read(file, shown: file.lastPathComponent), file: file.lastPathComponent)
    }

    package static func parse(
        _ text: String, file: String
    ) throws(StudioError) -> (settings: Settings, problems: [FileProblem]) {
        var reader = TOMLReader(try TOMLDocument(text: text, file: file))
        var settings = Settings()
        settings.readScreen(&reader)
        settings.readBehaviour(&reader)
        let keys = reader.table("keys") { table in table.choice("enter") as EnterKey? } ?? nil
        settings.enterKey = keys ?? settings.enterKey
        _ = reader.table("output") { table in
            settings.outputFolder = table.string("folder").map(TextCleaning.oneLine)
            settings.outputName = table.string("name").map(TextCleaning.oneLine)
        }
        _ = reader.table("history") { table in
            settings.keptDrafts = table.integer("keep_drafts", in: 0...1_000_000) ?? settings.keptDrafts
            settings.trashDays = table.integer("trash_days", in: 0...3650) ?? settings.trashDays
            settings.stateDays = table.integer("state_days", in: 0...3650) ?? settings.stateDays
        }
        reader.reportUnknownKeys()
        return (settings, reader.problems)
    }

    /// Writes one value into the file and keeps its comments.
    ///
    /// The key is dotted, `keys.enter`; the value is taken as a number or as true or false where it looks so and the key
    /// wants it, as a string otherwise: "16" is also the name of a colour depth. What could not be read back is refused.
    package static func set(_ key: String, to value: String, in file: URL) throws(StudioError) {
        let path = file.path(percentEncoded: false)
        var text = ""
        if FileManager.default.fileExists(atPath: path) {
            text = try TextFile.read(file, shown: file.lastPathComponent)
        }
        let isPlain = ["true", "false"].contains(value) || Int(value) != nil
        let before = try parse(text, file: file.lastPathComponent).problems
        var firstProblem: FileProblem?
        for literal in (isPlain ? [value] : []) + [TOMLEditor.literal(value)] {
            var editor = TOMLEditor(text)
            editor.set(key.split(separator: ".").map(String.init), to: literal)
            let problems = try parse(editor.text, file: file.lastPathComponent).problems
            guard let problem = problems.first(where: { new in !before.contains { $0.text == new.text } }) else {
                return try TextFile.write(editor.text, to: file)
            }
            firstProblem = firstProblem ?? problem
        }
        if let firstProblem { throw .badValue(firstProblem.text) }
    }

    private mutating func readScreen(_ reader: inout TOMLReader) {
        preset = reader.string("preset") ?? preset
        theme = reader.string("theme") ?? theme
        color = reader.choice("color") ?? color
        graphics = reader.choice("graphics") ?? graphics
        picturesKeepColor = reader.boolean("picture_color") ?? picturesKeepColor
        borders = reader.choice("borders") ?? borders
        preview = reader.choice("preview") ?? preview
        motion = reader.choice("motion") ?? motion
        pictureFPS = reader.integer("fps", in: 1...60)
        pausesUnfocused = reader.boolean("pause_unfocused") ?? pausesUnfocused
        idleStopMinutes = reader.integer("idle_stop_min", in: 1...1440) ?? idleStopMinutes
    }

    private mutating func readBehaviour(_ reader: inout TOMLReader) {
        hasMouse = reader.boolean("mouse") ?? hasMouse
        pausesOnSuspend = reader.boolean("pause_on_suspend") ?? pausesOnSuspend
        notify = reader.choice("notify") ?? notify
        onQuit = reader.choice("on_quit") ?? onQuit
        metadata = reader.choice("metadata") ?? metadata
        hasViKeys = reader.boolean("vi_keys") ?? hasViKeys
        draftsGoFirst = reader.boolean("draft_first") ?? draftsGoFirst
        escapeMilliseconds = reader.integer("esc_ms", in: 1...2000)
        threads = reader.integer("threads", in: 1...1024)
    }
}
