package import StudioCore
package import TerminalKit

/// What tells a person who looks elsewhere that a job has ended.
package enum Notice {
    /// Terminals that know OSC 777 and not OSC 9.
    private static let terminalsWith777 = ["rxvt", "foot", "ghostty"]

    /// Bytes that ring the bell, ask for a notice of the desktop, or both; empty where neither is wanted.
    ///
    /// What could end the sequence early is taken out of `text`. Inside tmux a notice needs `passesThroughTmux`, without
    /// which it would be lost; the bell needs nothing.
    package static func bytes(
        _ wish: Settings.Notify, _ text: String, environment: TerminalEnvironment, passesThroughTmux: Bool
    ) -> String {
        let bell = wish == .bell || wish == .both ? "\u{07}" : ""
        guard wish == .desktop || wish == .both else { return bell }
        let shown = TextCleaning.shortened(TextCleaning.oneLine(text), to: 120).replacing(";", with: ",")
        let names = (environment.name + " " + environment.program).lowercased()
        let uses777 = terminalsWith777.contains { names.contains($0) }
        let notice = uses777 ? "\u{1B}]777;notify;Turbo2K Studio;\(shown)\u{07}" : "\u{1B}]9;\(shown)\u{07}"
        guard environment.multiplexer == .tmux else { return notice + bell }
        guard passesThroughTmux else { return bell }
        return "\u{1B}Ptmux;" + notice.replacing("\u{1B}", with: "\u{1B}\u{1B}") + ControlBytes.stringTerminator + bell
    }
}
