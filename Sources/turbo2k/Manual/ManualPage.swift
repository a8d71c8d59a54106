import StudioCore
import StudioUI

/// The manual page, made from the commands' own definitions, the table of keys and the table of exit codes.
enum ManualPage {
    /// The page's source.
    ///
    /// - Throws: where the argument parser's description of the commands cannot be read.
    static func text() throws -> String {
        let root = try CommandHelp.root()
        let lines =
            heading(root) + synopsis(root) + [Roff.section("description")] + Roff.body(root.discussion ?? "")
            + [Roff.section("commands")] + root.shownSubcommands.flatMap(command) + keys() + facts()
        return lines.joined(separator: "\n") + "\n"
    }

    private static func heading(_ root: CommandHelp) -> [String] {
        [
            ".TH TURBO2K 1 \"\" \"\(Roff.escaped(Program.nameAndVersion))\" \"User Commands\"", Roff.section("name"),
            "\(root.commandName) \\- \(Roff.escaped(sentence(root.abstract)))",
        ]
    }

    /// A summary for a list: without its full stop.
    private static func sentence(_ abstract: String?) -> String {
        let text = abstract ?? ""
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    private static func synopsis(_ root: CommandHelp) -> [String] {
        [
            Roff.section("synopsis"),
            "\(Roff.bold(root.commandName)) [\(Roff.italic("command"))] [\(Roff.italic("options"))]",
        ]
    }

    /// A command with its arguments and options, then its own commands.
    private static func command(_ command: CommandHelp) -> [String] {
        let positional = command.shownArguments.filter { $0.kind == .positional }
        let words = positional.map { argument in
            let name = "<\(argument.valueName ?? "value")>" + (argument.isRepeating ? "..." : "")
            return argument.isOptional ? "[\(name)]" : name
        }
        var lines = [Roff.subsection(([command.path] + words).joined(separator: " "))]
        lines += Roff.body(command.abstract ?? "")
        if let discussion = command.discussion, !discussion.isEmpty { lines += [".PP"] + Roff.body(discussion) }
        lines += command.shownArguments.flatMap { Roff.entry(term($0), meaning($0)) }
        return lines + command.shownSubcommands.flatMap(self.command)
    }

    private static func term(_ argument: CommandHelp.Parameter) -> String {
        let value = argument.valueName ?? "value"
        switch argument.kind {
        case .positional: return Roff.italic(value)
        case .flag: return names(argument)
        case .option: return names(argument) + " " + Roff.italic(value)
        }
    }

    private static func names(_ argument: CommandHelp.Parameter) -> String {
        (argument.names ?? []).sorted { $0.text.count < $1.text.count }.map { Roff.bold($0.text) }
            .joined(separator: ", ")
    }

    private static func meaning(_ argument: CommandHelp.Parameter) -> String {
        let text = argument.abstract ?? ""
        guard let value = argument.defaultValue, argument.kind == .option else { return text.isEmpty ? "\u{A0}" : text }
        return (text.isEmpty ? "" : text + " ") + "Default: \(value)."
    }

    private static func keys() -> [String] {
        let contexts: [(title: String, context: KeyContext)] =
            [("Everywhere", .everywhere), ("Outside text fields", .outsideText), ("In the prompt", .prompt)]
            + PaneKind.allCases.map { ("In the pane \($0.title)", .pane($0)) }
        let bindings = KeyBindings()
        return [Roff.section("keys")]
            + contexts.flatMap { title, context -> [String] in
                let rows = bindings.bindings(in: context)
                return rows.isEmpty
                    ? []
                    : [Roff.subsection(title)]
                        + rows.flatMap { row in
                            Roff.entry(
                                row.keys.map { Roff.bold($0.name) }.joined(separator: ", "), row.command.title + ".")
                        }
            }
    }

    private static func facts() -> [String] {
        var lines = [Roff.section("files")]
        lines += ManualFacts.files.flatMap { Roff.entry(Roff.italic($0.path), $0.meaning) }
        lines += [Roff.section("precision")]
        lines += ManualFacts.precisions.flatMap { Roff.entry(Roff.bold($0.name), $0.meaning) }
        lines += [Roff.section("environment")]
        lines += ManualFacts.environment.flatMap { Roff.entry(Roff.bold($0.name), $0.meaning) }
        lines += [Roff.section("exit status")]
        lines += ExitCodes.meanings.flatMap { Roff.entry(Roff.bold(String($0.code)), $0.meaning) }
        lines += [Roff.section("examples")]
        lines += ManualFacts.examples.flatMap { Roff.entry(Roff.bold($0.command), $0.meaning) }
        return lines
    }
}
