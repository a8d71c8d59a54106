import ArgumentParser
import Foundation

/// A command as the argument parser describes it, as far as the manual needs it.
struct CommandHelp: Decodable {
    /// Its commands, from the root to this one, for example `turbo2k history list`.
    var path: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }
    /// What a reader can ask for: without hidden commands, and without `help`, which needs no words.
    var shownSubcommands: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    }
    /// Without `--help` and `--version`, which every command has.
    var shownArguments: [Parameter] {
        (arguments ?? []).filter { $0.shouldDisplay && !["help", "version"].contains($0.preferredName?.name) }
    }

    var commandName: String
    var superCommands: [String]?
    var shouldDisplay: Bool
    var abstract: String?
    var discussion: String?
    var subcommands: [CommandHelp]?
    var arguments: [Parameter]?

    /// An argument, option or flag.
    struct Parameter: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String

            /// With its dashes.
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        enum Kind: String, Decodable {
            case positional, option, flag
        }

        var kind: Kind
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var preferredName: Name?
        var valueName: String?
        var defaultValue: String?
        var abstract: String?
    }

    /// The root command.
    ///
    /// - Throws: a decoding error where the argument parser's description has another form than it had.
    static func root() throws -> CommandHelp {
        struct Description: Decodable {
            var command: CommandHelp
        }
        return try JSONDecoder().decode(Description.self, from: Data(Turbo2K._dumpHelp().utf8)).command
    }
}
