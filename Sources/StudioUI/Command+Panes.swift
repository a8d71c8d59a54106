extension Command {
    /// What can be done with what a pane shows, most wanted first.
    static func menu(of pane: PaneKind) -> [Command] {
        switch pane {
        case .prompt:
            [.draft, .undo, .redo, .copySelection, .yank, .negativePrompt, .searchPrompts, .externalEditor]
        case .params: [.activate, .increase, .decrease, .resetValue, .lockSeed, .randomSeed, .nextSeed, .savePreset]
        case .preview:
            [.playPause, .loop, .slower, .faster, .fullPicture, .features, .contactSheet, .sharperLook, .follow]
                + [.setReference, .compare, .nextGraphics]
        case .steps: [.stop, .sharperLook, .commit, .commitOptions]
        case .drafts:
            [.activate, .loadRecipe, .lockSeed, .commit, .commitOptions, .star, .tag, .setReference, .compare]
                + [.features, .showRecipe, .copyCommand, .openOutput, .trash, .restore]
        case .queue:
            [.activate, .removeJob, .resume, .writePartial, .moveJobUp, .moveJobDown, .pauseJob, .draftNow]
                + [.pauseQueue]
        case .presets:
            [.activate, .savePreset, .renamePreset, .diffPreset, .exportPreset, .importPreset, .deletePreset]
        case .log: [.copyCommand, .logLevel]
        }
    }

    /// What the keys of a pane do, also those that mean the same outside it.
    static func keys(of pane: PaneKind) -> Set<Command> {
        let others: [Command] =
            switch pane {
            case .preview: [.frameBack, .frameForward, .previousDraft, .nextDraft, .nextView]
            case .drafts: [.filter, .previousDraft, .nextDraft, .nextView]
            case .params: [.typeSeed, .copyCommand]
            case .presets: [.filter]
            case .prompt, .steps, .queue, .log: []
            }
        return Set(menu(of: pane) + others)
    }
}
