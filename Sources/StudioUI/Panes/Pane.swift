package import TerminalKit

/// A part of the screen as a value: its title's facts, and its inside drawn from the state. What keys do to it stands
/// in `StudioState+Moves.swift`, since most keys mean the same in several panes.
package protocol Pane {
    static var kind: PaneKind { get }
    /// Between the name and the rule, for instance `draft 14`.
    static func subtitle(_ state: StudioState) -> String
    /// At the right end of the title row, for a frame of `width` columns.
    static func detail(_ state: StudioState, width: Int) -> String
    /// Draws the inside of the frame, which is the canvas's area.
    static func draw(_ state: StudioState, on canvas: inout Canvas)
}

extension Pane {
    package static func subtitle(_ state: StudioState) -> String { "" }
    package static func detail(_ state: StudioState, width: Int) -> String { "" }
}

extension PaneKind {
    /// The pane of this kind.
    var pane: any Pane.Type {
        switch self {
        case .prompt: PromptPane.self
        case .params: ParamsPane.self
        case .preview: PreviewPane.self
        case .steps: StepsPane.self
        case .drafts: DraftsPane.self
        case .queue: QueuePane.self
        case .presets: PresetsPane.self
        case .log: LogPane.self
        }
    }
}
