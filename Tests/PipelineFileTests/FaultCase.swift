import Testing

/// A faulty text and what the user sees of it, word for word.
struct FaultCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var text: String
  var settings: [String]
  var faults: String

  init(_ name: String, _ text: String, settings: [String] = [], _ faults: String) {
    testDescription = name
    self.text = text
    self.settings = settings
    self.faults = faults
  }
}

extension FaultCase {
  static let all = [
    FaultCase(
      "an unknown key",
      #"""
      mke: 1
      name: toy
      stages:
        align: {kind: align, from: raw, tolerence: 1}
        raw: {kind: ingest, source: {kind: two-moons}}

      """#,
      #"""
      Pipelines/toy.yaml:4:35: error: stage 'align' has no key 'tolerence'
        mend: did you mean 'tolerance'? (keys: from, standardise, rate, tolerance)
      """#),
    FaultCase(
      "values outside their shapes",
      #"""
      mke: 1
      name: toy
      stages:
        it:
          kind: shapes
          word: w
          is-fast: yes
          whole: 11
          ratio: 1.5
          above: 0
          mode: sotf
          file: missing.csv
          names: one
          pair: [1]

      """#,
      #"""
      Pipelines/toy.yaml:7:14: error: 'is-fast' must be true or false, not 'yes'
        mend: write 'true'
      Pipelines/toy.yaml:8:12: error: 'whole' must be a whole number from 1 to 10, not 11
        mend: whole: From one to ten.
      Pipelines/toy.yaml:9:12: error: 'ratio' must be a number from 0 to 1, not 1.5
        mend: ratio: A share.
      Pipelines/toy.yaml:10:12: error: 'above' must be a number above 0 and below 1, not 0
        mend: above: Inside the unit.
      Pipelines/toy.yaml:11:11: error: 'mode' must be 'hard' or 'soft', not 'sotf'
        mend: did you mean 'soft'?
      Pipelines/toy.yaml:12:11: error: 'file' names 'missing.csv', which does not exist
        mend: there is no folder /nowhere
      Pipelines/toy.yaml:13:12: error: 'names' must be a list of at least 1 item, not 'one'
        mend: write '[one]'
      Pipelines/toy.yaml:14:11: error: 'pair' must be a list of 2 items, not 1
        mend: pair: Two numbers.
      """#),
    FaultCase(
      "faults inside mappings and lists",
      #"""
      mke: 1
      name: toy
      stages:
        it:
          kind: shapes
          word: w
          weights: {xa: 0, right-leg: 2}
          inner: {deep-cuont: 1}
          layer: plain
          layers: [{kind: wide}, {kind: wid}, {width: 3}, 7]
          loose: some
          batch-size:

      """#,
      #"""
      Pipelines/toy.yaml:7:19: error: 'weights.xa' must be a number above 0, not 0
        mend: weights: Weights by modality.
      Pipelines/toy.yaml:8:13: error: 'inner' has no key 'deep-cuont'
        mend: did you mean 'deep-count'? (keys: deep-count, deep-share)
      Pipelines/toy.yaml:9:12: error: 'layer' must be a mapping with a 'kind', not 'plain'
        mend: write '{kind: plain}'
      Pipelines/toy.yaml:10:14: error: 'layers[0]' of kind 'wide' needs 'layer-width'
        mend: add 'layer-width': Its width.
      Pipelines/toy.yaml:10:35: error: 'layers[1]' has no kind 'wid'
        mend: did you mean 'wide'? (kinds: plain, wide)
      Pipelines/toy.yaml:10:41: error: 'layers[2]' needs 'kind'
        mend: add 'kind': plain or wide
      Pipelines/toy.yaml:10:53: error: 'layers[3]' must be a mapping with a 'kind', not 7
        mend: layers: Several layers.
      Pipelines/toy.yaml:11:12: error: 'loose' must be 'all', a whole number, a list or a mapping, not 'some'
        mend: loose: All, a number, a list or nothing.
      Pipelines/toy.yaml:12:16: error: 'batch-size' has no value
        mend: batch-size: Samples at once.
      """#),
    FaultCase(
      "wrong forms",
      #"""
      mke: 1
      name: toy
      stages:
        it:
          kind: shapes
          word: w
          whole: many
          word: x
          names: []
          pair: {a: 1}
          layer: {kind: plain, layer-width: 4}
          loose: {a: 1}

      """#,
      #"""
      Pipelines/toy.yaml:7:12: error: 'whole' must be a whole number from 1 to 10, not 'many'
        mend: whole: From one to ten.
      Pipelines/toy.yaml:8:5: error: 'word' stands twice
        mend: remove one of them; the other is in line 6
      Pipelines/toy.yaml:9:12: error: 'names' must be a list of at least 1 item, not an empty one
        mend: names: Names.
      Pipelines/toy.yaml:10:11: error: 'pair' must be a list of 2 items, not a mapping
        mend: pair: Two numbers.
      Pipelines/toy.yaml:11:26: error: 'layer' of kind 'plain' has no key 'layer-width'
        mend: 'layer-width' goes with 'kind: wide' (there are no keys)
      Pipelines/toy.yaml:12:13: error: 'loose' has no key 'a'
        mend: there are no keys
      """#),
    FaultCase(
      "heads of stages",
      #"""
      mke: 1
      name: toy
      stages:
        it: {kind: shapes, word: 5}
        at: {kind: shapes, word: true, whole: '5', whole: 6}
        of: {kind: shape}
        on: {knd: shapes}
        no: 7
        my stage: {kind: shapes, word: w}
        truth: {kind: shapes, word: w}
        seven: {kind: [1]}

      """#,
      #"""
      Pipelines/toy.yaml:4:28: error: 'word' must be text, not 5
        mend: put it in quotes: "5"
      Pipelines/toy.yaml:5:28: error: 'word' must be text, not true
        mend: put it in quotes: "true"
      Pipelines/toy.yaml:5:41: error: 'whole' must be a whole number from 1 to 10, not '5'
        mend: remove the quotes
      Pipelines/toy.yaml:5:46: error: 'whole' stands twice
        mend: remove one of them; the other is in line 5
      Pipelines/toy.yaml:6:14: error: there is no stage kind 'shape'
        mend: did you mean 'shapes'? (kinds: ingest, align, teacher, infer, pseudo-label, distill, evaluate, shapes, variants)
      Pipelines/toy.yaml:7:3: error: stage 'on' needs 'kind'
        mend: did you mean 'kind' by 'knd'? (kinds: ingest, align, teacher, infer, pseudo-label, distill, evaluate, shapes, variants)
      Pipelines/toy.yaml:8:3: error: stage 'no' must be a mapping with a 'kind'
        mend: write 'no: {kind: …}'; kinds: ingest, align, teacher, infer, pseudo-label, distill, evaluate, shapes, variants
      Pipelines/toy.yaml:9:3: error: 'my stage' cannot be the name of a stage
        mend: use letters (a to z), digits, '-' and '_'
      Pipelines/toy.yaml:10:3: error: 'truth' is a word of its own and cannot be the name of a stage
        mend: call the stage something else
      Pipelines/toy.yaml:11:17: error: 'kind' of stage 'seven' must be a word
        mend: kinds: ingest, align, teacher, infer, pseudo-label, distill, evaluate, shapes, variants
      """#),
    FaultCase(
      "unknown and missing top-level keys",
      #"""
      mke: 2
      nmae: toy
      stage: {}

      """#,
      #"""
      Pipelines/toy.yaml:1:6: error: 'mke' must be 1, the version of the format, not 2
        mend: write 'mke: 1'
      Pipelines/toy.yaml:2:1: error: a pipeline file has no key 'nmae'
        mend: did you mean 'name'? (keys: mke, name, params, stages)
      Pipelines/toy.yaml:3:1: error: a pipeline file has no key 'stage'
        mend: did you mean 'stages'? (keys: mke, name, params, stages)
      """#),
    FaultCase(
      "faulty top-level keys",
      #"""
      name: t oy
      params: [1]
      stages: {}

      """#,
      #"""
      Pipelines/toy.yaml:1:1: error: a pipeline file needs 'mke'
        mend: start the file with 'mke: 1', the version of its format
      Pipelines/toy.yaml:1:7: error: 't oy' cannot be the name of a pipeline
        mend: use letters (a to z), digits, '-' and '_'
      Pipelines/toy.yaml:2:9: error: 'params' must be a mapping
        mend: write 'params: {noise: 1.0}'
      Pipelines/toy.yaml:3:9: error: the pipeline has no stages
        mend: kinds: ingest, align, teacher, infer, pseudo-label, distill, evaluate, shapes, variants
      """#),
    FaultCase(
      "a list for a file",
      #"""
      - 1

      """#,
      #"""
      Pipelines/toy.yaml:1:1: error: a pipeline file is a mapping
        mend: start it with 'mke: 1', 'name: …' and 'stages:'
      """#),
    FaultCase(
      "an empty file",
      #"""

      """#,
      #"""
      Pipelines/toy.yaml: error: there is nothing in it
        mend: start it with 'mke: 1', 'name: …' and 'stages:'
      """#),
    FaultCase(
      "a parameter without quotes between braces",
      #"""
      mke: 1
      name: x
      stages: {a: {kind: shapes, seed: ${draw}}}

      """#,
      #"""
      Pipelines/toy.yaml:3:35: error: this is not YAML: did not find expected ',' or '}' (while parsing a flow mapping, from line 3)
        mend: inside { } and [ ] a parameter stands in quotes: "${draw}"
      """#),
    FaultCase(
      "a tab",
      #"""
      mke: 1
      name: x
      stages:
        a:
      	kind: shapes

      """#,
      #"""
      Pipelines/toy.yaml:5:1: error: this is not YAML: found character that cannot start any token
        mend: indent with spaces, not with tabs
      """#),
    FaultCase(
      "a colon inside text",
      #"""
      mke: 1
      name: x: y

      """#,
      #"""
      Pipelines/toy.yaml:2:8: error: this is not YAML: mapping values are not allowed in this context
        mend: text that holds ': ' needs quotes; a key needs the indentation of its neighbours
      """#),
    FaultCase(
      "a list that is never closed",
      #"""
      mke: 1
      name: [x

      """#,
      #"""
      Pipelines/toy.yaml:2: error: this is not YAML: did not find expected ',' or ']' before the file ends (while parsing a flow sequence, from line 2)
        mend: look at brackets, quotes and indentation up to here
      """#),
    FaultCase(
      "a reserved character",
      #"""
      mke: 1
      name: @x

      """#,
      #"""
      Pipelines/toy.yaml:2:7: error: this is not YAML: found character that cannot start any token
        mend: text that starts with '@', '`' or '%' needs quotes
      """#),
    FaultCase(
      "two documents",
      #"""
      mke: 1
      ---
      mke: 2

      """#,
      #"""
      Pipelines/toy.yaml:2:1: error: this is not YAML: another document starts here
        mend: keep one document; remove '---'
      """#),
    FaultCase(
      "an unknown alias",
      #"""
      mke: 1
      name: *x

      """#,
      #"""
      Pipelines/toy.yaml:2:7: error: this is not YAML: found undefined alias
        mend: text that starts with '*' needs quotes; an alias comes after its anchor
      """#),
    FaultCase(
      "a quote that is never closed",
      #"""
      mke: 1
      name: 'x

      """#,
      #"""
      Pipelines/toy.yaml:2: error: this is not YAML: found unexpected end of stream (while scanning a quoted scalar, from line 2)
        mend: look at brackets, quotes and indentation up to here
      """#),
    FaultCase(
      "a control character",
      #"""
      mke: 1
      name: \#u{1}

      """#,
      #"""
      Pipelines/toy.yaml:2:7: error: this is not YAML: control characters are not allowed
        mend: remove the character, or escape it in quotes
      """#),
    FaultCase(
      "tags, and a list for a key",
      #"""
      mke: 1
      name: !thing x
      stages: {a: {kind: shapes, word: !!str 5, [1]: 2}}

      """#,
      #"""
      Pipelines/toy.yaml:2:7: error: the tag '!thing' means nothing here
        mend: remove it
      Pipelines/toy.yaml:3:43: error: a key must be a word, not a list or a mapping
        mend: a value that starts with '[' or '{' needs quotes to be text
      """#),
    FaultCase(
      "keys that stand twice",
      #"""
      mke: 1
      mke: 1
      name: x
      name: y
      name: z
      stages:
        a: {kind: shapes, word: w, word: v, w: 1, w: 2}
        a: {kind: shapes}

      """#,
      #"""
      Pipelines/toy.yaml:2:1: error: 'mke' stands twice
        mend: remove one of them; the other is in line 1
      Pipelines/toy.yaml:4:1: error: 'name' stands twice
        mend: remove one of them; the other is in line 3
      Pipelines/toy.yaml:5:1: error: 'name' stands twice
        mend: remove one of them; the other is in line 3
      Pipelines/toy.yaml:7:30: error: 'word' stands twice
        mend: remove one of them; the other is in line 7
      Pipelines/toy.yaml:7:39: error: stage 'a' has no key 'w'
        mend: keys: word, is-fast, whole, ratio, above, mode, file, files, names, pair, weights, inner, layer, layers, loose, batch-size, manifest
      Pipelines/toy.yaml:7:45: error: 'w' stands twice
        mend: remove one of them; the other is in line 7
      Pipelines/toy.yaml:8:3: error: 'a' stands twice
        mend: remove one of them; the other is in line 7
      """#),
    FaultCase(
      "faulty references",
      #"""
      mke: 1
      name: toy
      stages:
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        teacher: {kind: teacher, from: points.labelled, modalities: [xa], steps: 10}
        guesses: {kind: infer, model: teacher, from: points.unlabelled}
        labels: {kind: pseudo-label, from: guesses}
        other: {kind: teacher, from: pointz.labelled, modalities: [xa], steps: 10}
        more: {kind: teacher, from: guesses, modalities: [xa], steps: 10}
        most: {kind: teacher, from: points, modalities: [xa], steps: 10}
        two: {kind: teacher, from: points.test, modalities: [xa], steps: 10}
        three: {kind: teacher, from: points.labeled, modalities: [xc], steps: 10}
        four: {kind: infer, model: teacher.mke, from: points}
        five: {kind: align, from: raw.labelled}
        six: {kind: align, from: [raw, raw]}
        seven: {kind: align, from: seven}
        eight: {kind: align, from: []}
        nine: {kind: align, from: [raw, {a: 1}]}
        ten: {kind: align}

      """#,
      #"""
      Pipelines/toy.yaml:9:32: error: there is no stage 'pointz'
        mend: did you mean 'points'? (stages: raw, points, teacher, guesses, labels, more, most, two, three, four, five, six, seven, eight, nine, ten)
      Pipelines/toy.yaml:10:31: error: 'from' needs aligned-samples; 'guesses' gives predictions
        mend: given by stages of kind 'align'; here: 'points', 'five', 'six', 'seven', 'eight', 'nine', 'ten'
      Pipelines/toy.yaml:11:31: error: 'from' must say which split of 'points' it means
        mend: write 'points.labelled'
      Pipelines/toy.yaml:12:30: error: 'from' takes the labelled split, not 'points.test'
        mend: write 'points.labelled'
      Pipelines/toy.yaml:13:32: error: there is no split 'labeled'
        mend: did you mean 'labelled'? (splits: labelled)
      Pipelines/toy.yaml:14:30: error: 'teacher' has no variants, so no 'mke'
        mend: write 'teacher'
      Pipelines/toy.yaml:14:49: error: 'from' must say which split of 'points' it means
        mend: write 'points.labelled', 'points.unlabelled' or 'points.test'
      Pipelines/toy.yaml:15:29: error: 'from' takes all of 'raw', not 'labelled' of it
        mend: write 'raw'
      Pipelines/toy.yaml:16:34: error: 'raw' stands twice in 'from'
        mend: remove one of them
      Pipelines/toy.yaml:17:30: error: 'from' of stage 'seven' names the stage itself
        mend: name the stage whose output it reads
      Pipelines/toy.yaml:18:30: error: 'from' must be a list of at least 1 item, not an empty one
        mend: from: The samples.
      Pipelines/toy.yaml:19:35: error: 'from[1]' must be the name of a stage, not a mapping
        mend: from: The samples.
      Pipelines/toy.yaml:20:3: error: stage 'ten' needs 'from'
        mend: add 'from': The samples.
      """#),
    FaultCase(
      "circles",
      #"""
      mke: 1
      name: toy
      stages:
        a: {kind: align, from: c}
        b: {kind: teacher, from: a.labelled, modalities: [x], steps: 1}
        c: {kind: align, from: a}
        d: {kind: infer, model: e, from: a.test}
        e: {kind: distill, from: a.unlabelled, labels: f, modalities: [x], steps: 1}
        f: {kind: pseudo-label, from: d}

      """#,
      #"""
      Pipelines/toy.yaml:4:26: error: 'from' needs samples; 'c' gives aligned-samples
        mend: given by stages of kind 'ingest' or 'shapes'
      Pipelines/toy.yaml:4:26: error: stages read one another in a circle: a → c → a
        mend: let one of them read something else ('a → b': a reads b)
      Pipelines/toy.yaml:6:26: error: 'from' needs samples; 'a' gives aligned-samples
        mend: given by stages of kind 'ingest' or 'shapes'
      Pipelines/toy.yaml:7:27: error: stages read one another in a circle: d → e → f → d
        mend: let one of them read something else ('a → b': a reads b)
      Pipelines/toy.yaml:9:27: error: the predictions are of the test split; pseudo-labels are for the unlabelled one
        mend: infer 'from: STAGE.unlabelled'
      """#),
    FaultCase(
      "faulty variants",
      #"""
      mke: 1
      name: toy
      stages:
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        teacher: {kind: teacher, from: points.labelled, modalities: [xa], steps: 10}
        guesses: {kind: infer, model: teacher, from: points.unlabelled}
        labels: {kind: pseudo-label, from: guesses}
        pupils:
          kind: variants
          from: points.labelled
          labels: truht
          scale: 0
          variants:
            one: {scael: 2}
            two: {scale: 200, from: points.test}
            three: {teacher: teacher, kind: x}
            four: 7
            fi ve: {scale: -1}

      """#,
      #"""
      Pipelines/toy.yaml:12:13: error: there is no stage 'truht'
        mend: did you mean 'truth'? (stages: raw, points, teacher, guesses, labels, truth)
      Pipelines/toy.yaml:13:12: error: 'scale' must be a number above 0, not 0
        mend: scale: How much.
      Pipelines/toy.yaml:15:13: error: variant 'one' of stage 'pupils' has no key 'scael'
        mend: did you mean 'scale'? (keys: from, also, labels, teacher, scale, bonus, file, title)
      Pipelines/toy.yaml:16:31: error: 'from' takes the labelled or unlabelled split, not 'points.test'
        mend: write 'points.labelled' or 'points.unlabelled'
      Pipelines/toy.yaml:17:33: error: variant 'three' of stage 'pupils' has no key 'kind'
        mend: a variant has the kind of its stage (keys: from, also, labels, teacher, scale, bonus, file, title)
      Pipelines/toy.yaml:18:13: error: variant 'four' must be a mapping
        mend: write 'four: {}', with the keys that it replaces
      Pipelines/toy.yaml:19:7: error: 'fi ve' cannot be the name of a variant
        mend: use letters (a to z), digits, '-' and '_'
      Pipelines/toy.yaml:19:22: error: 'scale' must be a number above 0, not -1
        mend: scale: How much.
      """#),
    FaultCase(
      "complaints about variants",
      #"""
      mke: 1
      name: toy
      stages:
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        teacher: {kind: teacher, from: points.labelled, modalities: [xa], steps: 10}
        guesses: {kind: infer, model: teacher, from: points.unlabelled}
        labels: {kind: pseudo-label, from: guesses}
        pupils:
          kind: variants
          from: points.labelled
          scale: 200
          variants: {one: {bonus: 1}, two: {}, three: {scale: 300}}
        next: {kind: infer, model: pupils.tow, from: points.test}
        nine: {kind: variants, from: points.labelled, variants: {one: {}, two: {}}}
        ten: {kind: variants, from: points.labelled, variants: {one: {scale: 1}, two: {}}}
        eleven: {kind: variants, scale: 1, from: points.labelled, variants: {}}
        twelve: {kind: teacher, from: points.labelled, modalities: [xa], steps: 1, variants: {a: {}}}
        thirteen: {kind: align, from: raw, seeds: 3}

      """#,
      #"""
      Pipelines/toy.yaml:12:5: error: a scale of more than 100
      Pipelines/toy.yaml:13:50: error: a scale of more than 100
      Pipelines/toy.yaml:14:30: error: 'pupils' has no variant 'tow'
        mend: did you mean 'two'? (variants: one, two, three)
      Pipelines/toy.yaml:15:3: error: stage 'nine' needs 'scale'
        mend: add 'scale': How much.
      Pipelines/toy.yaml:16:76: error: variant 'two' of stage 'ten' needs 'scale'
        mend: add 'scale': How much.
      Pipelines/toy.yaml:17:71: error: 'variants' must be a mapping with one name or more
        mend: write 'variants: {mke: {}}': each variant is this stage with some keys replaced
      Pipelines/toy.yaml:18:78: error: stage 'twelve' has no key 'variants'
        mend: 'variants' goes with 'kind: distill' or 'kind: variants' (keys: from, modalities, network, transform, optimizer, schedule, warm-up, decay, clip-gradients, label-smoothing, ema, batch-size, epochs, steps, hold-back, select, patience, class-weights, loss, seeds, first-seed, file, declaration, classes, rename, merge, trained-on)
      Pipelines/toy.yaml:19:38: error: stage 'thirteen' has no key 'seeds'
        mend: 'seeds' goes with 'kind: teacher' or 'kind: distill' (keys: from, standardise, rate, tolerance)
      """#),
    FaultCase(
      "faulty parameters and settings",
      #"""
      mke: 1
      name: x
      params:
        b: ${c}
        c: 1
        d: ${d}
        e: [1]
        f: 'a'
      stages:
        a: {kind: shapes, word: "${nois}", whole: "${f}", names: ['${e}x', '${', '$${x}']}

      """#, settings: ["nois=3", "nothing", "=5", "f=11"],
      #"""
      --set =5: error: a setting is written NAME=VALUE
        mend: write '--set noise=0.5'
      --set nois=3: error: the pipeline has no parameter 'nois'
        mend: params: b, c, d, e, f
      --set nothing: error: a setting is written NAME=VALUE
        mend: write '--set noise=0.5'
      Pipelines/toy.yaml:4:6: error: the parameter 'b' uses 'c', which comes after it
        mend: move 'c' above 'b'
      Pipelines/toy.yaml:6:6: error: the parameter 'd' uses itself
        mend: give it a value
      Pipelines/toy.yaml:10:27: error: there is no parameter 'nois'
        mend: params: b, c, d, e, f
      Pipelines/toy.yaml:10:45: error: 'whole' must be a whole number from 1 to 10, not 11 (${f}, given by --set f=11)
        mend: whole: From one to ten.
      Pipelines/toy.yaml:10:61: error: '${e}' is no single value, so it cannot stand inside text
        mend: let '${e}' be all that stands here
      Pipelines/toy.yaml:10:70: error: '${' is never closed
        mend: write '${name}'; a plain '${' is written '$${'
      """#),
    FaultCase(
      "a setting of the wrong type",
      #"""
      mke: 1
      name: x
      params: {f: 3, e: x}
      stages:
        a: {kind: shapes, word: '${e}', whole: "${f}"}

      """#, settings: ["f=11"],
      #"""
      Pipelines/toy.yaml:5:42: error: 'whole' must be a whole number from 1 to 10, not 11 (${f}, given by --set f=11)
        mend: whole: From one to ten.
      """#),
    FaultCase(
      "a setting that is not YAML",
      #"""
      mke: 1
      name: x
      params: {f: 3, e: x}
      stages:
        a: {kind: shapes, word: '${e}', whole: "${f}"}

      """#, settings: ["f=[1,"],
      #"""
      --set f=[1,: error: this is not YAML: did not find expected node content before the file ends (while parsing a flow node, from line 1)
        mend: look at brackets, quotes and indentation up to here
      """#),
    FaultCase(
      "faults of common keys",
      #"""
      mke: 1
      name: toy
      stages:
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        teacher: {kind: teacher, from: points.labelled, modalities: [xa], steps: 10}
        guesses: {kind: infer, model: teacher, from: points.unlabelled}
        labels: {kind: pseudo-label, from: guesses}
        students:
          kind: distill
          from: points.unlabelled
          labels: labels
          modalities: [xa, xc]
          network: {head: {hidden: [16, 0], activation: rleu}}
          seeds: 0
          variants:
            um: {modalities: [xa]}
            mke: {}

      """#,
      #"""
      Pipelines/toy.yaml:14:35: error: 'network.head.hidden[1]' must be a whole number of at least 1, not 0
        mend: hidden: Widths of the hidden layers before the logits; none means a linear classifier.
      Pipelines/toy.yaml:14:51: error: 'network.head.activation' must be 'relu', 'gelu', 'tanh' or 'sigmoid', not 'rleu'
        mend: did you mean 'relu'?
      Pipelines/toy.yaml:15:12: error: 'seeds' must be a whole number of at least 1, not 0
        mend: seeds: How many networks, one for each seed.
      """#),
    FaultCase(
      "complaints about common keys",
      #"""
      mke: 1
      name: toy
      stages:
        raw: {kind: ingest, source: {kind: two-moons}}
        points: {kind: align, from: raw}
        teacher: {kind: teacher, from: points.labelled, modalities: [xa], steps: 10}
        guesses: {kind: infer, model: teacher, from: points.unlabelled}
        labels: {kind: pseudo-label, from: guesses}
        students:
          kind: distill
          from: points.unlabelled
          labels: labels
          modalities: [xa, xc]
          variants:
            um: {modalities: [xa]}
            mke: {network: {encoders: {xa: {kind: cnn1d, channels: [3], kernel-size: 4}}}}
        students2:
          kind: distill
          from: points.unlabelled
          labels: labels
          modalities: [xa, xc]
          select: agreement
          variants:
            um: {modalities: [xa]}
            mke: {steps: 3}

      """#,
      #"""
      Pipelines/toy.yaml:9:3: error: neither 'epochs' nor 'steps' says how long to train
        mend: add 'steps: 2000' or 'epochs: 50'
      Pipelines/toy.yaml:13:22: error: the samples have no modality 'xc'
        mend: did you mean 'xa'? (modalities: xa, xb)
      Pipelines/toy.yaml:16:67: error: kernel-size 4 is even: padding could not keep the length
        mend: take 3 or 5
      Pipelines/toy.yaml:21:22: error: the samples have no modality 'xc'
        mend: did you mean 'xa'? (modalities: xa, xb)
      Pipelines/toy.yaml:22:5: error: 'select: agreement' has no held-back samples to measure on
        mend: add 'hold-back: 0.1'
      Pipelines/toy.yaml:24:7: error: neither 'epochs' nor 'steps' says how long to train
        mend: add 'steps: 2000' or 'epochs: 50'
      """#),
    FaultCase(
      "quotes and misspelt keys",
      #"""
      mke: 1
      name: toy
      stages:
        it:
          kind: shapes
          word: w
          whole: 'x'
          ratio: '0.5'
          names: [a, b, 1]
          word2: x

      """#,
      #"""
      Pipelines/toy.yaml:7:12: error: 'whole' must be a whole number from 1 to 10, not 'x'
        mend: whole: From one to ten.
      Pipelines/toy.yaml:8:12: error: 'ratio' must be a number from 0 to 1, not '0.5'
        mend: remove the quotes
      Pipelines/toy.yaml:9:19: error: 'names[2]' must be text, not 1
        mend: put it in quotes: "1"
      Pipelines/toy.yaml:10:5: error: stage 'it' has no key 'word2'
        mend: did you mean 'word'? (keys: word, is-fast, whole, ratio, above, mode, file, files, names, pair, weights, inner, layer, layers, loose, batch-size, manifest)
      """#),
    FaultCase(
      "numbers out of this world",
      #"""
      mke: 1
      name: toy
      stages:
        it:
          kind: shapes
          word: w
          ratio: .inf
          whole: 99999999999999999999
          above: nan
          is-fast: 1
          mode: 3
          file: 3
          names: {a: b}
          inner: [1]
          weights: 3

      """#,
      #"""
      Pipelines/toy.yaml:7:12: error: 'ratio' must be a number from 0 to 1, not .inf
        mend: ratio: A share.
      Pipelines/toy.yaml:8:12: error: 'whole' must be a whole number from 1 to 10, not 99999999999999999999
        mend: whole: From one to ten.
      Pipelines/toy.yaml:9:12: error: 'above' must be a number above 0 and below 1, not 'nan'
        mend: above: Inside the unit.
      Pipelines/toy.yaml:10:14: error: 'is-fast' must be true or false, not 1
        mend: is-fast: Whether to hurry.
      Pipelines/toy.yaml:11:11: error: 'mode' must be 'hard' or 'soft', not 3
        mend: mode: How.
      Pipelines/toy.yaml:12:11: error: 'file' must be a path, not 3
        mend: put it in quotes: "3"
      Pipelines/toy.yaml:13:12: error: 'names' must be a list of at least 1 item, not a mapping
        mend: names: Names.
      Pipelines/toy.yaml:14:12: error: 'inner' must be a mapping, not a list
        mend: inner: More keys.
      Pipelines/toy.yaml:15:14: error: 'weights' must be a mapping, not 3
        mend: weights: Weights by modality.
      """#),
    FaultCase(
      "complaints at their keys",
      #"""
      mke: 1
      name: toy
      stages:
        it: {kind: shapes, word: bad, names: [a, bad], inner: {deep-count: 7}}

      """#,
      #"""
      Pipelines/toy.yaml:4:22: error: that is a bad word
        mend: choose another
      Pipelines/toy.yaml:4:44: error: a bad name
      Pipelines/toy.yaml:4:58: error: seven is too deep
      """#),
    FaultCase(
      "a missing key",
      #"""
      mke: 1
      name: toy
      stages:
        it: {kind: shapes, fast: 1}

      """#,
      #"""
      Pipelines/toy.yaml:4:3: error: stage 'it' needs 'word'
        mend: add 'word': Any text.
      Pipelines/toy.yaml:4:22: error: stage 'it' has no key 'fast'
        mend: keys: word, is-fast, whole, ratio, above, mode, file, files, names, pair, weights, inner, layer, layers, loose, batch-size, manifest
      """#),
    FaultCase(
      "misspelt optional keys",
      #"""
      mke: 1
      name: toy
      stages:
        it:
          kind: shapes
          word: w
          batchsize: 3
          manifst: x

      """#,
      #"""
      Pipelines/toy.yaml:7:5: error: stage 'it' has no key 'batchsize'
        mend: did you mean 'batch-size'? (keys: word, is-fast, whole, ratio, above, mode, file, files, names, pair, weights, inner, layer, layers, loose, batch-size, manifest)
      Pipelines/toy.yaml:8:5: error: stage 'it' has no key 'manifst'
        mend: did you mean 'manifest'? (keys: word, is-fast, whole, ratio, above, mode, file, files, names, pair, weights, inner, layer, layers, loose, batch-size, manifest)
      """#),
    FaultCase(
      "keys that stand twice, with quotes and anchors",
      #"""
      mke: 1
      name: x
      stages:
        a: {kind: shapes, word: w, inner: {deep-count: 1, deep-count: 2}}
        'b': {kind: shapes, word: w, "word": x, &k whole: 3, whole: 4}

      """#,
      #"""
      Pipelines/toy.yaml:4:53: error: 'deep-count' stands twice
        mend: remove one of them; the other is in line 4
      Pipelines/toy.yaml:5:32: error: 'word' stands twice
        mend: remove one of them; the other is in line 5
      Pipelines/toy.yaml:5:56: error: 'whole' stands twice
        mend: remove one of them; the other is in line 5
      """#),
    FaultCase(
      "wrong forms at the top",
      #"""
      mke: 1
      name: ~
      params: 3
      stages: [a]

      """#,
      #"""
      Pipelines/toy.yaml:2:7: error: '~' cannot be the name of a pipeline
        mend: use letters (a to z), digits, '-' and '_'
      Pipelines/toy.yaml:3:9: error: 'params' must be a mapping
        mend: write 'params: {noise: 1.0}'
      Pipelines/toy.yaml:4:9: error: 'stages' must be a mapping
        mend: write one stage a line below it
      """#),
    FaultCase(
      "an unknown kind, with its readers",
      #"""
      mke: 1
      name: x
      stages:
        a: {kind: distil}
        b: {kind: align, from: a}
        c: {kind: infer, model: a, from: b.tset}

      """#,
      #"""
      Pipelines/toy.yaml:4:13: error: there is no stage kind 'distil'
        mend: did you mean 'distill'? (kinds: ingest, align, teacher, infer, pseudo-label, distill, evaluate, shapes, variants)
      Pipelines/toy.yaml:6:36: error: there is no split 'tset'
        mend: did you mean 'test'? (splits: labelled, unlabelled, test)
      """#),
    FaultCase(
      "inputs of variants",
      #"""
      mke: 1
      name: x
      stages:
        s: {kind: shapes, word: w}
        a: {kind: align, from: s}
        v: {kind: variants, from: a.labelled, scale: 1, variants: {one: {labels: s}, two: {also: s.x}, three: {teacher: v}}}

      """#,
      #"""
      Pipelines/toy.yaml:6:76: error: 'labels' needs pseudo-labels; 's' gives samples
        mend: given by stages of kind 'pseudo-label'
      Pipelines/toy.yaml:6:92: error: 'also' takes all of 's', not 'x' of it
        mend: write 's'
      Pipelines/toy.yaml:6:115: error: 'teacher' of stage 'v' names the stage itself
        mend: name the stage whose output it reads
      """#),
    FaultCase(
      "parameters that stand twice",
      #"""
      mke: 1
      name: x
      params: {a b: 1, a: 2, a: 3}
      stages: {s: {kind: shapes, word: '${a}'}}

      """#,
      #"""
      Pipelines/toy.yaml:3:10: error: 'a b' cannot be the name of a parameter
        mend: use letters (a to z), digits, '-' and '_'
      Pipelines/toy.yaml:3:24: error: 'a' stands twice
        mend: remove one of them; the other is in line 3
      Pipelines/toy.yaml:4:34: error: 'word' must be text, not 2 (${a}, set in line 3)
        mend: put it in quotes: "2"
      """#),
    FaultCase(
      "an open list between Windows lines",
      #"""
      mke: 1\#r
      name: [x\#r

      """#,
      #"""
      Pipelines/toy.yaml:2: error: this is not YAML: did not find expected ',' or ']' before the file ends (while parsing a flow sequence, from line 2)
        mend: look at brackets, quotes and indentation up to here
      """#),
  ]
}
