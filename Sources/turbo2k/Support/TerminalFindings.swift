import Foundation
import StudioCore
import TerminalKit

/// What `doctor` says about the terminal: every answer it gave, what was chosen, and why.
enum TerminalFindings {
    static func examine() -> [Finding] {
        let environment = ProcessInfo.processInfo.environment
        let name = environment["TERM"] ?? ""
        guard let result = TerminalProbe.ask() else {
            let reason = ["", "dumb"].contains(name) ? "TERM is \"\(name)\"" : "there is none here"
            let text = "\(reason): the commands and the plain mode work, the full screen does not"
            return [Finding(name: "terminal", state: .note, text: text)]
        }
        let color = environment["COLORTERM"].map { ", COLORTERM \($0)" } ?? ""
        let version = result.answers.version.map { ", says it is \($0)" } ?? ""
        let known = Finding(name: "terminal", state: .ok, text: "TERM \(name)\(color)\(version)")
        return [known, answers(result.answers)] + choices(result.capabilities) + multiplexer(result.capabilities)
    }

    private static func answers(_ answers: TerminalAnswers) -> Finding {
        guard let attributes = answers.primaryAttributes else {
            return Finding(name: "answers", state: .note, text: "none in time; half blocks will be used")
        }
        let cell = answers.cellWidth.flatMap { width in answers.cellHeight.map { "cells of \(width)x\($0) pixels" } }
        let sixel = answers.sixelWidthLimit.flatMap { width in
            answers.sixelHeightLimit.map { "sixel up to \(width)x\($0)" }
        }
        let words: [String?] = [
            "DA1 " + attributes.map(String.init).joined(separator: ";"),
            answers.hasKittyGraphics ? "kitty graphics" : nil,
            attributes.contains(4) ? sixel ?? "sixel" : nil,
            answers.hasDirectColor ? "24-bit colour" : nil,
            answers.knows(mode: 2026) ? "synchronized updates" : nil,
            answers.speaksKeyboardProtocol ? "kitty keyboard" : nil,
            cell,
        ]
        return Finding(name: "answers", state: .ok, text: words.compactMap { $0 }.joined(separator: ", "))
    }

    private static func choices(_ capabilities: TerminalCapabilities) -> [Finding] {
        let cell = capabilities.cell
        let guess = cell.isKnown ? "" : " (a guess)"
        return [
            Finding(
                name: "pictures", state: .ok,
                text: "\(capabilities.graphics.rawValue): \(capabilities.graphicsReason); "
                    + "cells of \(cell.width)x\(cell.height)\(guess)"),
            Finding(
                name: "colours", state: .ok,
                text: "pictures \(capabilities.pictureDepth), text \(capabilities.textDepth)"),
        ]
    }

    private static func multiplexer(_ capabilities: TerminalCapabilities) -> [Finding] {
        guard let multiplexer = capabilities.multiplexer else { return [] }
        guard multiplexer == .tmux else {
            return [Finding(name: "inside", state: .ok, text: multiplexer.rawValue)]
        }
        let advice =
            "tmux; for quick Esc and kitty pictures add to ~/.tmux.conf: set -sg escape-time 10, "
            + "set -g allow-passthrough on"
        return [Finding(name: "inside", state: .note, text: advice)]
    }
}
