package import Generation
import StudioCore
import VideoIO

/// What the preview pane shows of a draft: picture, features, contact sheet.
extension StudioState {
    /// Picture, guidance features, contact sheet, and round again.
    mutating func showNextView() -> [StudioAction] {
        if sheet != nil { return toggleSheet() }
        if features == nil { return toggleFeatures() }
        features = nil
        let actions = selectedDraft.map { show($0) } ?? []
        return drafts.shown.isEmpty ? actions : actions + toggleSheet()
    }

    mutating func toggleFeatures() -> [StudioAction] {
        sheet = nil
        guard let draft = selectedDraft else {
            say("There is no draft whose features could be shown. Enter in the prompt makes one.", .warning)
            return []
        }
        if features != nil {
            features = nil
            return show(draft)
        }
        preview.stopComparing(now: now)
        features = FeatureView(draft: draft.id)
        let wait = runningJob.map { " They come after job \($0.id) where they were not looked at before." } ?? ""
        say("The features of draft \(draft.id) are being computed.\(wait)")
        return show(draft)
    }

    /// The view goes with the selection.
    mutating func followFeatures(to draft: DraftEntry) {
        guard let present = features, present.draft != draft.id else { return }
        var next = FeatureView(draft: draft.id)
        next.follow(present)
        features = next
    }

    mutating func moveFeatureBlock(by step: Int) {
        features?.moveBlock(by: step)
        showFeatureBlock()
    }

    package mutating func featuresLoaded(_ pictures: [FeaturePicture], draft: Int) {
        guard features?.draft == draft else { return }
        features?.take(pictures)
        showFeatureBlock()
        let blocks = pictures.map { String($0.block) }.joined(separator: " ")
        say("Features of draft \(draft) behind blocks \(blocks); Up and Down choose, V goes on.")
    }

    package mutating func featuresFailed(_ text: String, draft: Int) {
        guard features?.draft == draft else { return }
        features = nil
        say(text, .error)
    }

    private mutating func showFeatureBlock() {
        guard let features, let picture = features.picture, let first = picture.frames.first,
            let draft = drafts.draft(features.draft)
        else { return }
        let scale = max(128 / max(first.width, first.height), 1)
        let fps = Double(picture.frames.count) / max(draft.clipSeconds, 0.01)
        preview.show(
            ShownClip(
                source: .features(draft: draft.id, block: picture.block),
                frames: picture.frames.map { $0.enlarged(by: scale) }, fps: fps), now: now)
    }
}
