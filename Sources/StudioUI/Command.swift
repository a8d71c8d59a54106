/// Everything that a key, the palette or the key line can ask for.
package enum Command: String, CaseIterable, Sendable {
    // Jobs
    case draft, commit, commitOptions, stop, resume, removeJob, moveJobUp, moveJobDown, pauseQueue
    case pauseJob, draftNow, writePartial
    // Panes
    case nextPane, previousPane
    case promptPane, paramsPane, previewPane, stepsPane, draftsPane, queuePane, presetsPane, logPane
    // The program
    case palette, help, tour, searchPrompts, repaint, suspend, leave, quit
    case nextGraphics, nextArrangement, nextTheme, themePicker
    case moveBorderLeft, moveBorderRight, moveBorderUp, moveBorderDown
    // Lists
    case up, down, left, right, pageUp, pageDown, first, last, activate, filter
    // The picture
    case fullPicture, playPause, frameBack, frameForward, slower, faster, loop, follow
    case previousDraft, nextDraft, setReference, compare, nextView, features, contactSheet, sharperLook
    // Drafts
    case loadRecipe, lockSeed, typeSeed, randomSeed, nextSeed, star, tag, trash, restore, copyCommand, showRecipe
    case openFile, openOutput
    // The form
    case increase, decrease, resetValue
    // Presets and log
    case savePreset, renamePreset, deletePreset, diffPreset, importPreset, exportPreset, logLevel
    // The prompt
    case externalEditor, newline, negativePrompt, wordLeft, wordRight, lineStart, lineEnd
    case deleteBackward, deleteForward, killWordBackward, killWordForward
    case killToLineEnd, killToLineStart, yank, undo, redo
    case selectLeft, selectRight, selectUp, selectDown, selectToLineStart, selectToLineEnd, copySelection

    /// What it does, in words that stand in the help and in the palette.
    package var title: String {
        switch self {
        case .draft: "Make a draft"
        case .commit: "Commit the selected draft to a 2K clip"
        case .commitOptions: "Commit: choose size and steps first"
        case .stop: "Stop the running job; quit when none runs"
        case .resume: "Resume a stopped or failed job"
        case .removeJob: "Stop or remove the selected job"
        case .moveJobUp: "Move a waiting job up"
        case .moveJobDown: "Move a waiting job down"
        case .pauseJob: "Pause the running job, or let a paused one go on"
        case .draftNow: "Draft now: the commit waits and goes on later"
        case .writePartial: "Write what there is of a stopped job"
        case .pauseQueue: "Pause the queue after the running job, or go on"
        case .nextPane: "Next pane"
        case .previousPane: "Previous pane"
        case .promptPane: "Go to the prompt"
        case .paramsPane: "Go to the parameters"
        case .previewPane: "Go to the preview"
        case .stepsPane: "Go to the steps"
        case .draftsPane: "Go to the drafts"
        case .queuePane: "Go to the queue"
        case .presetsPane: "Go to the presets"
        case .logPane: "Go to the log"
        case .palette: "Find an action by name"
        case .help: "Show the keys"
        case .tour: "Tour: the five lines for beginners"
        case .searchPrompts: "Search in earlier prompts"
        case .repaint: "Paint the screen again"
        case .suspend: "Suspend the studio"
        case .leave: "Leave at once"
        case .quit: "Quit"
        case .nextGraphics: "Next way to draw the picture"
        case .nextArrangement: "Next arrangement of the panes"
        case .nextTheme: "Next theme"
        case .themePicker: "Choose a theme"
        case .moveBorderLeft: "Move the border left"
        case .moveBorderRight: "Move the border right"
        case .moveBorderUp: "Move the border up"
        case .moveBorderDown: "Move the border down"
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .pageUp: "One page up"
        case .pageDown: "One page down"
        case .first: "To the first"
        case .last: "To the last"
        case .activate: "Open or apply"
        case .filter: "Filter the list"
        case .fullPicture: "Picture on the whole screen"
        case .playPause: "Play or pause"
        case .frameBack: "One frame back"
        case .frameForward: "One frame forward"
        case .slower: "Play slower"
        case .faster: "Play faster"
        case .loop: "Loop on or off"
        case .follow: "Follow the running job"
        case .previousDraft: "Previous draft"
        case .nextDraft: "Next draft"
        case .setReference: "Set this draft as A"
        case .compare: "Compare with A; again for the difference"
        case .nextView: "Next view: picture, features, contact sheet"
        case .features: "Guidance features of the draft as colours, or the picture again"
        case .contactSheet: "Contact sheet: drafts side by side, or the picture again"
        case .sharperLook: "Sharper look at this step; twice: at full size"
        case .loadRecipe: "Load prompt and settings of the selection"
        case .lockSeed: "Lock the seed to the selection"
        case .typeSeed: "Type a seed"
        case .randomSeed: "New random seed for every draft"
        case .nextSeed: "Every draft gets the seed after the last one"
        case .star: "Star"
        case .tag: "Tag: words to find a draft by"
        case .trash: "Move to the trash"
        case .restore: "Bring back the last one from the trash"
        case .copyCommand: "Copy as a command line"
        case .showRecipe: "Show the whole recipe"
        case .openFile: "Open a clip with its settings"
        case .openOutput: "Open the clip with the desktop's program"
        case .increase: "Larger value"
        case .decrease: "Smaller value"
        case .resetValue: "Back to the preset's value"
        case .savePreset: "Save the form as a preset"
        case .renamePreset: "Rename one of your presets"
        case .deletePreset: "Remove one of your presets"
        case .diffPreset: "Show where the form differs from the preset"
        case .importPreset: "Import a preset from a file"
        case .exportPreset: "Export the selected preset to a file"
        case .logLevel: "Next level of the log"
        case .externalEditor: "Edit the prompt in $VISUAL or $EDITOR"
        case .newline: "New line"
        case .negativePrompt: "Negative prompt"
        case .wordLeft: "One word left"
        case .wordRight: "One word right"
        case .lineStart: "Start of the line"
        case .lineEnd: "End of the line"
        case .deleteBackward: "Delete the character before"
        case .deleteForward: "Delete the character after"
        case .killWordBackward: "Cut the word before"
        case .killWordForward: "Cut the word after"
        case .killToLineEnd: "Cut to the end of the line"
        case .killToLineStart: "Cut to the start of the line"
        case .yank: "Put back what was cut"
        case .undo: "Undo"
        case .redo: "Redo"
        case .selectLeft: "Select to the left"
        case .selectRight: "Select to the right"
        case .selectUp: "Select one row up"
        case .selectDown: "Select one row down"
        case .selectToLineStart: "Select to the start of the line"
        case .selectToLineEnd: "Select to the end of the line"
        case .copySelection: "Copy the selected text"
        }
    }

    /// Whether the palette offers it: all but what moves a cursor or types.
    package var isInPalette: Bool {
        switch self {
        case .up, .down, .left, .right, .pageUp, .pageDown, .first, .last, .activate, .increase, .decrease, .palette,
            .wordLeft, .wordRight, .lineStart, .lineEnd, .deleteBackward, .deleteForward, .killWordBackward,
            .killWordForward, .killToLineEnd, .killToLineStart, .yank, .newline, .selectLeft, .selectRight, .selectUp,
            .selectDown, .selectToLineStart, .selectToLineEnd:
            false
        default: true
        }
    }

    /// The same from a shell; nil where only the screen has it.
    package var shellCommand: String? {
        switch self {
        case .draft: "turbo2k draft"
        case .commit, .commitOptions: "turbo2k commit"
        case .stop, .removeJob: "turbo2k queue stop"
        case .resume: "turbo2k resume"
        case .writePartial: "turbo2k resume --partial"
        case .moveJobUp, .moveJobDown: "turbo2k queue move"
        case .pauseQueue, .pauseJob: "turbo2k queue pause"
        case .queuePane: "turbo2k queue list"
        case .draftsPane: "turbo2k history list"
        case .presetsPane: "turbo2k presets list"
        case .filter: "turbo2k history search"
        case .star: "turbo2k history star"
        case .tag: "turbo2k history tag"
        case .trash: "turbo2k history trash"
        case .restore: "turbo2k history restore"
        case .showRecipe: "turbo2k history show"
        case .openFile: "turbo2k open"
        case .playPause: "turbo2k play"
        case .savePreset: "turbo2k presets save"
        case .renamePreset: "turbo2k presets rename"
        case .deletePreset: "turbo2k presets delete"
        case .diffPreset: "turbo2k presets diff"
        case .importPreset: "turbo2k presets import"
        case .exportPreset: "turbo2k presets export"
        case .themePicker, .nextTheme: "turbo2k config set theme"
        case .help: "man turbo2k"
        default: nil
        }
    }
}
