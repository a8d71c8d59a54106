import Foundation
import Generation
import StudioCore
import TerminalKit
import VideoIO

/// Clips, features and recipes, read away from the loop.
extension StudioApp {
    /// Reads a clip's frames, small enough for any terminal.
    func loadClip(_ source: ShownClip.Source, _ file: URL) {
        clipTask?.cancel()
        let mailbox = mailbox
        // Text cells show no more than a few hundred pixels a side, and a clip's frames all stay in memory.
        let side = display.capabilities.graphics.isCellBased ? 320 : 640
        clipTask = Task.detached(executorPreference: ReadingExecutor.shared) {
            let path = file.path(percentEncoded: false)
            do {
                let whole = try VideoReader(path: path)
                let side = ClipMemory.side(
                    side, width: whole.width, height: whole.height, frameCount: whole.frameCount)
                let reader = try VideoReader(path: path, maximumSize: (side, side))
                var frames: [VideoFrame] = []
                while frames.count < ClipMemory.mostFrames, !Task.isCancelled, let frame = try reader.nextFrame() {
                    frames.append(frame)
                }
                guard !Task.isCancelled, !frames.isEmpty else { return }
                mailbox.post(
                    .clip(
                        ShownClip(
                            source: source, frames: frames, fps: reader.frameRate.framesPerSecond,
                            fullSize: (whole.width, whole.height))))
                FreedMemory.giveBack()
            } catch {
                mailbox.post(.problem(String(describing: error), .error))
            }
        }
    }

    /// Reads clips small enough for many to stand side by side.
    func loadSheet(_ clips: [SheetClip]) {
        let (mailbox, count) = (mailbox, state.sheetItems.count)
        Task.detached(executorPreference: ReadingExecutor.shared) {
            for clip in clips {
                if let stills = Self.stills(of: clip) { mailbox.post(.sheetClip(stills, draft: clip.draft)) }
            }
            for clip in clips {
                do {
                    let small = try Self.smallClip(clip, rate: ContactSheet.rate, count: count)
                    mailbox.post(.sheetClip(small, draft: clip.draft))
                } catch {
                    mailbox.post(.problem(String(describing: error), .error))
                }
            }
            FreedMemory.giveBack()
        }
    }

    /// A clip's beginning, middle and end, a second each: read in no time, they fill the sheet until the clips move.
    nonisolated private static func stills(of clip: SheetClip) -> ShownClip? {
        let frames = clip.stills.compactMap { file in
            try? ImageFile.read(file.path(percentEncoded: false), maximumSize: (64, 64))
        }
        return frames.isEmpty ? nil : ShownClip(source: .draft(clip.draft), frames: frames, fps: 1)
    }

    /// A clip small enough for a tile of text cells: frames for `rate` a second, and so many that `count` clips fit.
    nonisolated private static func smallClip(_ clip: SheetClip, rate: Double, count: Int) throws -> ShownClip {
        let reader = try VideoReader(path: clip.file.path(percentEncoded: false), maximumSize: (64, 64))
        let fps = reader.frameRate.framesPerSecond
        let stride = ClipMemory.stride(
            frameBytes: reader.frameWidth * reader.frameHeight * 3, frameCount: reader.frameCount, fps: fps, rate: rate,
            count: count)
        var (frames, index): ([VideoFrame], Int) = ([], 0)
        while index < ClipMemory.mostFrames, let frame = try reader.nextFrame() {
            if index.isMultiple(of: stride) { frames.append(frame) }
            index += 1
        }
        return ShownClip(source: .draft(clip.draft), frames: frames, fps: fps / Double(stride))
    }

    /// The selected draft's small picture moves; its clip is read once it is in view.
    func loadMovingThumbnail() {
        guard let draft = movingDraft else { return }
        guard wantedThumbnailClip != draft.id else { return }
        wantedThumbnailClip = draft.id
        let (mailbox, clip) = (mailbox, SheetClip(draft: draft.id, file: draft.clip))
        Task.detached(executorPreference: ReadingExecutor.shared) {
            // What cannot be read stands still; the preview says why.
            guard let small = try? Self.smallClip(clip, rate: StudioState.thumbnailRate, count: 1) else { return }
            mailbox.post(.thumbnailClip(small, draft: clip.draft))
        }
    }

    /// Nil where nothing is to move: on a line without room for it, with reduced motion, or where drafts have no pictures.
    private var movingDraft: DraftEntry? {
        guard display.thumbnailRate > 0, settings.motion == .full else { return nil }
        return DraftsPane.movingDraft(state)
    }

    /// Whether a small picture moves on the screen.
    var movesThumbnail: Bool { movingDraft.map { $0.id == state.movingThumbnail?.draft } ?? false }

    func loadFeatures(draft: Int) {
        guard let jobs else {
            return state.featuresFailed("The history is not open, so there are no drafts.", draft: draft)
        }
        let mailbox = mailbox
        Task.detached {
            do {
                mailbox.post(.features(try await jobs.features(ofDraft: draft), draft: draft))
            } catch {
                mailbox.post(.featuresFailed(String(describing: error), draft: draft))
            }
        }
    }

    /// Where the settings want it, the decoder draws the estimate after every step, not the map alone. Where there is no
    /// map yet, it draws the last one. What the last step leaves is no estimate any more: it is decoded whole.
    func askForDecodedEstimate(after told: GenerationEvent) {
        guard state.preview.followsJob, let stepsLeft = Self.stepsLeft(after: told) else { return }
        let isLast = stepsLeft == 2 && state.run?.hasEstimates == false
        if isLast || settings.preview == .small && stepsLeft > 1 { changeQueue(.look(.small)) }
    }

    /// Steps of the pass that are still to be made, after an event that begins one.
    nonisolated private static func stepsLeft(after told: GenerationEvent) -> Int? {
        switch told {
        case .stageStarted(.lr, let count), .stageStarted(.hr, let count): count
        case .stepFinished(let step): step.count - step.number
        default: nil
        }
    }

    // MARK: Clips with their settings

    /// Reads the settings that a clip carries, and looks what of them is missing here.
    func open(_ typed: String) {
        let file = options.paths.expanding(ClipPath.path(in: typed) ?? typed.trimmingCharacters(in: .whitespaces))
        let (mailbox, history, models) = (mailbox, history, options.models)
        let presets = presetLibrary.entries.map(\.preset.name)
        let present = state.form.recipe(prompt: "", negative: "")
        Task.detached {
            let path = file.path(percentEncoded: false)
            do {
                guard let comment = try VideoReader(path: path).metadata.comment else {
                    throw StudioError.unreadable("\(file.lastPathComponent) carries no recipe.")
                }
                if let foreign = ForeignSettings(comment), (try? RecipeDocument(json: comment)) == nil {
                    let document = RecipeDocument(recipe: foreign.applied(to: present), kind: .draft)
                    let note = "Another program made this clip; what of its settings is not understood is the form's."
                    return mailbox.post(.recipe(document, from: file.lastPathComponent, missing: [note]))
                }
                let document = try RecipeDocument(json: comment)
                let missing = Self.missing(document, models: models, presets: presets, history: history)
                mailbox.post(.recipe(document, from: file.lastPathComponent, missing: missing))
            } catch {
                mailbox.post(.problem(String(describing: error), .error))
            }
        }
    }

    /// What a recipe names and this machine lacks.
    nonisolated private static func missing(
        _ document: RecipeDocument, models: [String], presets: [String], history: History?
    ) -> [String] {
        var missing: [String] = []
        let model = document.recipe.model
        if !models.contains(model) {
            missing.append("The model \(TextCleaning.shortened(model, to: 60)) is not installed here.")
        } else if let weights = document.weightsSHA256 {
            var filter = HistoryFilter()
            filter.model = model
            filter.states = [.done]
            filter.limit = 1
            let known = (try? history?.jobs(filter).first)?.flatMap(\.weightsHash)
            if let known, known != weights {
                missing.append(
                    "The weights differ from those this clip was made with; it cannot be made again exactly.")
            }
        }
        if let preset = document.preset, !presets.contains(preset) {
            missing.append("The preset \(TextCleaning.shortened(preset, to: 40)) is unknown here.")
        }
        return missing
    }

    /// Finds out whether a pasted path is a file.
    func offerClip(_ text: String) {
        guard let path = ClipPath.path(in: text) else { return }
        let (file, mailbox) = (options.paths.expanding(path), mailbox)
        Task.detached {
            let exists = FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
            mailbox.post(.clipOffered(text, isClip: exists))
        }
    }

    /// The desktop's own program, in a process that nobody waits for.
    func openWithDesktop(_ file: URL) {
        let path = file.path(percentEncoded: false)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xdg-open", path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let mailbox = mailbox
        process.terminationHandler = { ended in
            guard ended.terminationStatus != 0 else { return }
            mailbox.post(
                .problem("No program of this desktop shows \(file.lastPathComponent). It is in \(path).", .warning))
        }
        do {
            try process.run()
        } catch {
            state.say("\(file.lastPathComponent) could not be opened: \(error.localizedDescription)", .error)
        }
    }
}
