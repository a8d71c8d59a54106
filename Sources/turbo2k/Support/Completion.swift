import ArgumentParser
import Foundation
import Generation
import StudioCore

/// Names that a shell offers behind an option, asked from `turbo2k __complete NAMES`; never starts the engine and never
/// complains.
enum Completion: String, CaseIterable {
    case presets, themes, models, settings, drafts, jobs

    /// The hidden command. It is no command of the parser: a key press waits for it, and building the tree of commands
    /// takes longer than the answer.
    static let command = "__complete"

    /// Answers where the program was started for its names.
    ///
    /// - Returns: whether it was.
    static func answered(_ arguments: [String]) -> Bool {
        guard arguments.first == command else { return false }
        let names = arguments.dropFirst().first.flatMap(Completion.init)?.names ?? []
        if !names.isEmpty { Output.content(names.joined(separator: "\n") + "\n") }
        return true
    }

    var names: [String] {
        switch self {
        case .presets:
            PresetLibrary(shipped: ProgramFiles.find()?.presets, own: StudioPaths().presets).entries.map(\.preset.name)
        case .themes:
            ThemeLibrary(shipped: ProgramFiles.find()?.themes, own: StudioPaths().themes).entries.map(\.theme.name)
        case .models: ModelCatalog(userFolder: StudioPaths().models).list().map(\.name)
        case .settings: SettingKey.all.map(\.name)
        case .drafts: ["last"] + Self.jobs(.draft)
        case .jobs: Self.jobs(nil)
        }
    }

    private static func jobs(_ kind: GenerationResult.Kind?) -> [String] {
        let paths = StudioPaths()
        // Who only asks what there is makes no files.
        guard FileManager.default.fileExists(atPath: paths.historyFile.path(percentEncoded: false)) else { return [] }
        var filter = HistoryFilter()
        filter.kind = kind
        filter.limit = 100
        return ((try? History(paths: paths, patience: .zero, allowsReadOnly: true).jobs(filter)) ?? []).map {
            String($0.id)
        }
    }

    /// What the parser writes into its scripts, to be replaced by the program that is being completed.
    fileprivate var words: String { "turbo2k \(Self.command) \(rawValue)" }

    /// A script of the parser, in which the program is asked as it was typed: it need not be in `PATH`.
    static func script(_ script: String, for shell: CompletionShell) -> String {
        let typed: String? =
            switch shell {
            case .bash: "\"${COMP_WORDS[0]}\""
            case .zsh: "\"${command_name}\""
            case .fish: "env (commandline -opc)[1]"
            default: nil
            }
        guard let typed else { return script }
        return allCases.reduce(script) { text, names in
            text.replacingOccurrences(of: names.words, with: "\(typed) \(command) \(names.rawValue)")
        }
    }
}

extension CompletionKind {
    /// Names that the program knows when it is asked.
    static func asked(_ names: Completion) -> CompletionKind { .shellCommand(names.words) }
}
