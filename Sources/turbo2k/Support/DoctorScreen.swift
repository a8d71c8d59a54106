import Foundation
import StudioCore
import StudioUI
import TerminalKit

/// What `doctor --ui` says: bytes and time of each kind of update, at the sizes of the design and at this terminal's.
enum DoctorScreen {
    @MainActor
    static func examine(_ workplace: Workplace) throws -> [Finding] {
        let environment = ProcessInfo.processInfo.environment
        let probe = TerminalProbe.ask()
        // Without a terminal the commonest one stands for it.
        let name = probe == nil ? "xterm-256color" : environment["TERM"] ?? "xterm-256color"
        let isUTF8 = TerminalLocale.prepare()
        let capabilities = probe?.capabilities ?? assumed(name, isUTF8: isUTF8)
        let preset = try workplace.presets().resolved(workplace.settings.preset)
        let theme = try workplace.themes().theme(named: workplace.settings.theme)
        var sizes = ScreenMeter.sizes
        if let own = probe?.size, !sizes.contains(where: { $0.columns == own.columns && $0.rows == own.rows }) {
            sizes.append(own)
        }
        let figures = try sizes.flatMap { size in
            try ScreenMeter.measure(
                capabilities, terminalName: name, isUTF8: isUTF8, size: size, preset: preset, theme: theme)
        }
        let head = [
            Finding(name: "terminal", state: .ok, text: probe == nil ? "none; as for \(name)" : name),
            Finding(
                name: "pictures", state: .ok,
                text:
                    "\(capabilities.graphics.rawValue), cells of \(capabilities.cell.width)x\(capabilities.cell.height)"
            ),
        ]
        return head + rows(figures)
    }

    /// One finding for each kind of update, all sizes in it.
    private static func rows(_ figures: [ScreenMeter.Figure]) -> [Finding] {
        var names: [String] = []
        for figure in figures where !names.contains(figure.name) { names.append(figure.name) }
        return names.map { name in
            let own = figures.filter { $0.name == name }
            let isWithin = own.allSatisfy(\.isWithinBudget)
            let budget = own.first?.budget.map { ", at most \($0) B\(isWithin ? "" : " wanted")" } ?? ""
            let texts = own.map { figure in
                "\(figure.columns)x\(figure.rows) \(figure.bytes) B "
                    + String(format: "%.1f", figure.seconds * 1000) + " ms"
            }
            return Finding(name: name, state: isWithin ? .ok : .note, text: texts.joined(separator: ", ") + budget)
        }
    }

    private static func assumed(_ name: String, isUTF8: Bool) -> TerminalCapabilities {
        let modes = ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: "")
        return TerminalCapabilities(
            answers: TerminalAnswers(), environment: TerminalEnvironment(["TERM": name]),
            description: TerminalDescription(colorCount: 256, hasDirectColor: false, modes: modes), size: .fallback,
            isUTF8: isUTF8)
    }
}
