import CChafa

/// Pictures of quadrants, sextants or braille, by libchafa, which knows how to match shapes. Asked for by name only:
/// whether the font has these characters cannot be known.
struct SymbolEncoder: CellPictureEncoder {
    let symbols: GraphicsMode
    let palette: PicturePalette

    func cells(_ frame: PixelFrame, in rect: Rect) -> [PictureCell] {
        guard frame.width > 0, frame.height > 0, !rect.isEmpty else { return [] }
        // A second thread made small pictures slower.
        chafa_set_n_threads(1)
        let map = chafa_symbol_map_new()
        let configuration = chafa_canvas_config_new()
        defer {
            chafa_canvas_config_unref(configuration)
            chafa_symbol_map_unref(map)
        }
        chafa_symbol_map_add_by_tags(map, tags)
        chafa_canvas_config_set_geometry(configuration, Int32(rect.width), Int32(rect.height))
        chafa_canvas_config_set_canvas_mode(configuration, mode)
        chafa_canvas_config_set_symbol_map(configuration, map)
        chafa_canvas_config_set_work_factor(configuration, 0.5)
        let canvas = chafa_canvas_new(configuration)
        defer { chafa_canvas_unref(canvas) }
        frame.pixels.withUnsafeBufferPointer { pixels in
            chafa_canvas_draw_all_pixels(
                canvas, CHAFA_PIXEL_RGB8, pixels.baseAddress, Int32(frame.width), Int32(frame.height),
                Int32(frame.width * 3))
        }
        return (0..<rect.width * rect.height).map { index in
            let (column, row) = (Int32(index % rect.width), Int32(index / rect.width))
            var (foreground, background): (Int32, Int32) = (0, 0)
            chafa_canvas_get_raw_colors_at(canvas, column, row, &foreground, &background)
            return PictureCell(
                glyph: chafa_canvas_get_char_at(canvas, column, row),
                foreground: UInt32(max(foreground, 0)), background: UInt32(max(background, 0)))
        }
    }

    private var tags: ChafaSymbolTags {
        switch symbols {
        case .braille: CHAFA_SYMBOL_TAG_BRAILLE
        case .sextant:
            ChafaSymbolTags(
                CHAFA_SYMBOL_TAG_SEXTANT.rawValue | CHAFA_SYMBOL_TAG_SPACE.rawValue
                    | CHAFA_SYMBOL_TAG_SOLID.rawValue)
        default:
            ChafaSymbolTags(
                CHAFA_SYMBOL_TAG_QUAD.rawValue | CHAFA_SYMBOL_TAG_HHALF.rawValue
                    | CHAFA_SYMBOL_TAG_VHALF.rawValue | CHAFA_SYMBOL_TAG_SPACE.rawValue
                    | CHAFA_SYMBOL_TAG_SOLID.rawValue)
        }
    }

    private var mode: ChafaCanvasMode {
        switch palette.depth {
        case .trueColor: CHAFA_CANVAS_MODE_TRUECOLOR
        case .palette256: CHAFA_CANVAS_MODE_INDEXED_240
        case .ansi16: CHAFA_CANVAS_MODE_INDEXED_16
        case .mono: CHAFA_CANVAS_MODE_FGBG
        }
    }
}
