package import Foundation
import Generation
import StudioCore
import TerminalKit

/// A clip of the contact sheet that is to be read.
package struct SheetClip: Sendable, Equatable {
    package var draft: Int
    package var file: URL
    /// Three pictures of the clip, to look at until it is read.
    package var stills: [URL] {
        DraftFolder.stillNames.map { file.deletingLastPathComponent().appending(path: $0) }
    }
}

/// Drafts side by side, all moving together.
package struct ContactSheet: Sendable {
    package enum Content: Sendable, Equatable {
        case batch(Int)
        /// Drafts of the list, by their numbers.
        case drafts([Int])
    }

    /// One place of the sheet.
    package struct Item: Sendable, Equatable {
        /// Nil while its job has no number.
        package var draft: Int?
        package var label: String
    }

    /// Drafts of the list that go into a sheet.
    package static let limit = 48
    /// Pictures a second: enough to judge motion, little enough for text cells.
    package static let rate = 8.0

    package let content: Content
    package private(set) var clips: [Int: ShownClip] = [:]
    /// Seconds that have been played.
    private var time = 0.0
    private var lastTime: Double?

    package init(_ content: Content) { self.content = content }

    package mutating func add(_ clip: ShownClip, draft: Int) { clips[draft] = clip }

    /// The frame of a clip at the sheet's time.
    package func frameIndex(of clip: ShownClip) -> Int {
        let steps = (time * Self.rate).rounded(.down) / Self.rate
        return Int(steps * clip.fps) % max(clip.frames.count, 1)
    }

    /// Lets time pass.
    ///
    /// - Returns: whether other frames are to be shown.
    package mutating func advance(now: Double, isPlaying: Bool) -> Bool {
        defer { lastTime = now }
        guard isPlaying, let lastTime, !clips.isEmpty else { return false }
        let before = Int(time * Self.rate)
        time += max(now - lastTime, 0)
        return Int(time * Self.rate) != before
    }
}

extension StudioState {
    /// What the open sheet shows, in its order.
    package var sheetItems: [ContactSheet.Item] {
        switch sheet?.content {
        case nil: return []
        case .batch(let id):
            let members = batches.first { $0.id == id }?.members ?? []
            return members.map { ContactSheet.Item(draft: $0.job, label: $0.label) }
        case .drafts(let ids):
            return ids.compactMap { id in
                drafts.draft(id).map { .init(draft: id, label: "seed \($0.recipe.seed)") }
            }
        }
    }

    /// Drafts of the open batch that differ in the value which changes fastest alone; nil where it is not a grid.
    var sheetRowLength: Int? {
        guard case .batch(let id) = sheet?.content, let batch = batches.first(where: { $0.id == id }) else {
            return nil
        }
        return batch.rowLength
    }

    /// Opens the sheet of the selected draft's batch, else of the drafts in the list; closes an open one.
    mutating func toggleSheet() -> [StudioAction] {
        if sheet != nil {
            sheet = nil
            return selectedDraft.map { show($0) } ?? []
        }
        features = nil
        let batch = batches.last { batch in batch.members.contains { $0.job == selectedDraft?.id && $0.job != nil } }
        let shown = drafts.shown.prefix(ContactSheet.limit)
        guard !shown.isEmpty else {
            say("There are no drafts to show side by side.", .warning)
            return []
        }
        let new = ContactSheet(batch.map { .batch($0.id) } ?? .drafts(shown.map(\.id)))
        sheet = new
        focus(on: .preview)
        let ids = Set(sheetItems.compactMap(\.draft))
        return sheetClips(of: drafts.all.filter { ids.contains($0.id) })
    }

    /// Asks for the clips of drafts that stand in the open sheet.
    func sheetClips(of entries: [DraftEntry]) -> [StudioAction] {
        guard let sheet else { return [] }
        let ids = Set(sheetItems.compactMap(\.draft))
        let wanted = entries.filter { ids.contains($0.id) && sheet.clips[$0.id] == nil }
        return wanted.isEmpty ? [] : [.loadSheet(wanted.map { SheetClip(draft: $0.id, file: $0.clip) })]
    }

    package mutating func sheetClipLoaded(_ clip: ShownClip, draft: Int) {
        sheet?.add(clip, draft: draft)
    }

    private var sheetLayout: SheetLayout {
        let area = layout.panes[.preview].map { PreviewPane.picture(in: $0) } ?? .zero
        return ContactSheetView.layout(width: area.width, height: area.height, state: self)
    }

    /// Rows and pages of the sheet.
    mutating func moveInSheet(_ command: Command, by step: Int) {
        let layout = sheetLayout
        switch command {
        case .up, .down: moveInSheet(by: step * layout.columns)
        case .pageUp, .pageDown: moveInSheet(by: step.signum() * layout.perPage)
        default: moveInSheet(by: step)
        }
    }

    /// Moves the selection within the sheet over places that have a draft.
    mutating func moveInSheet(by step: Int) {
        let ids = sheetItems.compactMap(\.draft).filter { drafts.draft($0) != nil }
        guard !ids.isEmpty else { return }
        let present = ids.firstIndex { $0 == selectedDraft?.id }
        let next = present.map { min(max($0 + step, 0), ids.count - 1) } ?? 0
        drafts.select(ids[next])
    }

    /// Leaves the sheet for the selected draft's picture.
    mutating func openFromSheet() -> [StudioAction] {
        sheet = nil
        features = nil
        preview.followsJob = false
        return selectedDraft.map { show($0) } ?? []
    }
}
