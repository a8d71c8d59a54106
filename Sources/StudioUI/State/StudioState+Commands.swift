import Foundation
import Generation
import StudioCore
import TerminalKit

extension StudioState {
    /// Carries out a command, whatever key, click or palette row it came from.
    package mutating func perform(_ command: Command) -> [StudioAction] {
        switch command {
        case .draft: return startDraft()
        case .commit: return startCommit(asksFirst: false)
        case .commitOptions: return startCommit(asksFirst: true)
        case .stop: return askToStop()
        case .resume: return resumeSelected()
        case .writePartial: return writePartialOfSelected()
        case .removeJob: return removeSelected()
        case .moveJobUp: return moveJob(by: -1)
        case .moveJobDown: return moveJob(by: 1)
        case .pauseQueue: return pauseQueue()
        case .pauseJob: return pauseSelected()
        case .draftNow: return draftNow()
        case .nextPane: moveFocus(by: 1)
        case .previousPane: moveFocus(by: -1)
        case .promptPane: focus(on: .prompt)
        case .paramsPane: focus(on: .params)
        case .previewPane: focus(on: .preview)
        case .stepsPane: focus(on: .steps)
        case .draftsPane: focus(on: .drafts)
        case .queuePane: focus(on: .queue)
        case .presetsPane: focus(on: .presets)
        case .logPane: focus(on: .log)
        case .palette: overlays.append(.palette(PaletteOverlay(self)))
        case .help: overlays.append(.help(HelpOverlay(self)))
        case .tour: showTour()
        case .searchPrompts: overlays.append(.prompts(PromptSearch(promptHistory)))
        case .repaint: return [.repaint]
        case .suspend: return [.suspend]
        case .leave: return [.quit]
        case .quit: return askToQuit()
        case .nextGraphics: return [.nextGraphics]
        case .nextArrangement: nextArrangement()
        case .moveBorderLeft, .moveBorderRight, .moveBorderUp, .moveBorderDown: moveBorder(command)
        case .nextTheme: return nextTheme()
        case .themePicker: overlays.append(.themes(ThemePicker(names: themeNames, current: themeName)))
        case .up, .down, .left, .right, .pageUp, .pageDown, .first, .last: return move(command)
        case .activate: return activate()
        case .filter: startFilter()
        case .fullPicture: toggleFullPicture()
        case .playPause, .frameBack, .frameForward, .slower, .faster, .loop, .follow, .setReference, .compare:
            performOnPreview(command)
        case .nextView: return showNextView()
        case .features: return toggleFeatures()
        case .contactSheet: return toggleSheet()
        case .sharperLook: return askForSharperLook()
        case .previousDraft: return goToDraft(by: 1)
        case .nextDraft: return goToDraft(by: -1)
        case .loadRecipe: loadSelectedRecipe()
        case .lockSeed: lockSeedToSelection()
        case .typeSeed: ask(for: .seed)
        case .randomSeed, .nextSeed:
            form.setSeedMode(command == .randomSeed ? .random : .next)
            say(
                command == .randomSeed
                    ? "Every draft gets a new seed." : "Every draft gets the seed after the last one.")
        case .copyCommand where focus == .log: return copyLogLine()
        case .star, .tag, .trash, .restore, .copyCommand, .showRecipe: return performOnDraft(command)
        case .openFile: askForFile()
        case .openOutput: return openOutput()
        case .increase, .decrease, .resetValue: changeValue(command)
        case .savePreset:
            overlays.append(
                .input(
                    InputDialog(
                        .presetName, title: "Save the form as a preset", hint: "1 to 40 characters.",
                        text: form.values.name)))
        case .deletePreset: askToDeletePreset()
        case .renamePreset, .diffPreset, .importPreset, .exportPreset: return performOnPreset(command)
        case .logLevel: log.nextLevel()
        case .externalEditor: return [.editText(editor.text)]
        case .copySelection: return copySelection()
        case .negativePrompt: isNegativeOpen.toggle()
        case .newline, .wordLeft, .wordRight, .lineStart, .lineEnd, .deleteBackward, .deleteForward,
            .killWordBackward, .killWordForward, .killToLineEnd, .killToLineStart, .yank, .undo, .redo, .selectLeft,
            .selectRight,
            .selectUp, .selectDown, .selectToLineStart, .selectToLineEnd:
            editPrompt(command)
        }
        return []
    }

    // MARK: Screen

    /// The lines take the picture's place until a draft is made or a key of the preview is pressed.
    private mutating func showTour() {
        showsTour = true
        isTourAskedFor = true
        sheet = nil
    }

    private mutating func nextArrangement() {
        let all = Layout.Arrangement.allCases
        arrange(all[(arrangement.rawValue + 1) % all.count])
        say("Arrangement: \(arrangement.title)", .ok)
    }

    mutating func arrange(_ wanted: Layout.Arrangement) {
        arrangement = wanted
        if layout.panes[focus] == nil { focus = layout.order.first ?? .prompt }
    }

    /// While the picture has the whole screen the keys are the preview's.
    private mutating func toggleFullPicture() {
        if isPictureFull {
            focus(on: focusBeforePicture)
        } else {
            focusBeforePicture = focus
            focus = .preview
            isPictureFull = true
        }
    }

    private mutating func nextTheme() -> [StudioAction] {
        guard !themeNames.isEmpty else { return [] }
        let index = themeNames.firstIndex(of: themeName) ?? -1
        return [.setTheme(themeNames[(index + 1) % themeNames.count])]
    }

    /// Moves a border of the focused pane's column by two columns, or the one above the lower panes by a row.
    private mutating func moveBorder(_ command: Command) {
        let isRight = layout.sizeClass == .large && [.drafts, .queue].contains(focus)
        switch command {
        case .moveBorderLeft: moveBorder(isRight ? .right : .left, by: -2)
        case .moveBorderRight: moveBorder(isRight ? .right : .left, by: 2)
        case .moveBorderUp: moveBorder(.lower, by: -1)
        default: moveBorder(.lower, by: 1)
        }
    }

    mutating func moveBorder(_ border: Layout.Border, by step: Int) {
        let before = layout
        shifts[before.sizeClass] = before.shifted(border, by: step, in: (width, height))
        preview.comparesSideBySide = (layout.panes[.preview]?.width ?? 0) >= 62
    }
}
