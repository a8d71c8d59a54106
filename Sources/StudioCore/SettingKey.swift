import Foundation

/// One key of the settings file, with its value and where that comes from.
package struct SettingKey: Sendable {
    /// Dotted: `keys.enter`.
    package let name: String
    /// As the file would say it; nil: the program chooses.
    private let read: @Sendable (Settings) -> String?
    /// An environment variable that wins over the file, with what its values stand for; nil: nothing.
    private let variable: (name: String, meaning: @Sendable (String) -> String?)?

    private init(
        _ name: String, variable: (name: String, meaning: @Sendable (String) -> String?)? = nil,
        _ read: @escaping @Sendable (Settings) -> String?
    ) {
        self.name = name
        self.variable = variable
        self.read = read
    }

    /// Where a value comes from.
    package enum Source: Sendable, Equatable {
        case standard
        /// The line is 1-based.
        case file(line: Int)
        case environment(variable: String, value: String)
    }

    /// What holds.
    package func value(in settings: Settings, environment: [String: String]) -> String? {
        decision(environment)?.meaning ?? read(settings)
    }

    /// What decides a key, given the settings file's text.
    package func source(inFile text: String, environment: [String: String]) -> Source {
        if let (variable, value, _) = decision(environment) {
            return .environment(variable: variable, value: value)
        }
        return TOMLLines(text).line(of: name.split(separator: ".").map(String.init)).map { .file(line: $0) }
            ?? .standard
    }

    private func decision(_ environment: [String: String]) -> (variable: String, value: String, meaning: String)? {
        guard let variable, let value = environment[variable.name], !value.isEmpty,
            let meaning = variable.meaning(value)
        else { return nil }
        return (variable.name, value, meaning)
    }

    /// - Throws: ``StudioError/badValue(_:)`` naming the nearest key there is.
    package static func named(_ name: String) throws(StudioError) -> SettingKey {
        if let key = all.first(where: { $0.name == name }) { return key }
        let advice =
            NearestName.of(name, in: all.map(\.name)).map { "Did you mean \"\($0)\"?" }
            ?? "\"turbo2k config list\" shows them."
        throw .badValue("There is no setting \"\(TextCleaning.shortened(name, to: 40))\". \(advice)")
    }

    /// In the order of the settings' description.
    package static let all: [SettingKey] = [
        SettingKey("preset") { $0.preset },
        SettingKey("theme") { $0.theme },
        SettingKey("color", variable: ("NO_COLOR", { _ in Settings.ColorChoice.never.rawValue })) { $0.color.rawValue },
        SettingKey("graphics", variable: ("TURBO2K_GRAPHICS", { $0 == "auto" ? nil : $0 })) { $0.graphics.rawValue },
        SettingKey("picture_color") { String($0.picturesKeepColor) },
        SettingKey("borders") { $0.borders?.rawValue },
        SettingKey("preview") { $0.preview.rawValue },
        SettingKey(
            "motion", variable: ("TURBO2K_REDUCE_MOTION", { $0 == "0" ? nil : Settings.Motion.reduced.rawValue })
        ) {
            $0.motion.rawValue
        },
        SettingKey("fps") { $0.pictureFPS.map(String.init) },
        SettingKey("pause_unfocused") { String($0.pausesUnfocused) },
        SettingKey("pause_on_suspend") { String($0.pausesOnSuspend) },
        SettingKey("idle_stop_min") { String($0.idleStopMinutes) },
        SettingKey("mouse") { String($0.hasMouse) },
        SettingKey("notify") { $0.notify.rawValue },
        SettingKey("on_quit") { $0.onQuit.rawValue },
        SettingKey("metadata") { $0.metadata.rawValue },
        SettingKey("vi_keys") { String($0.hasViKeys) },
        SettingKey("draft_first") { String($0.draftsGoFirst) },
        SettingKey("esc_ms") { $0.escapeMilliseconds.map(String.init) },
        SettingKey("threads") { $0.threads.map(String.init) },
        SettingKey("keys.enter") { $0.enterKey.rawValue },
        SettingKey("output.folder") { $0.outputFolder },
        SettingKey("output.name") { $0.outputName },
        SettingKey("history.keep_drafts") { String($0.keptDrafts) },
        SettingKey("history.trash_days") { String($0.trashDays) },
        SettingKey("history.state_days") { String($0.stateDays) },
    ]
}
