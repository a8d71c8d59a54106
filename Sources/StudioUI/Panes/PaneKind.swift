/// The panes by the digits of their tabs.
package enum PaneKind: Int, CaseIterable, Hashable, Sendable {
    case prompt = 1
    case params, preview, steps, drafts, queue, presets, log

    package var title: String {
        switch self {
        case .prompt: "Prompt"
        case .params: "Params"
        case .preview: "Preview"
        case .steps: "Steps"
        case .drafts: "Drafts"
        case .queue: "Queue"
        case .presets: "Presets"
        case .log: "Log"
        }
    }
}
