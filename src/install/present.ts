import path from 'node:path';
import type { InstalledPlugin } from '../model/installed.js';
import { digestOf } from './copy.js';
import { type PresentFiles, recordedOf } from './decide.js';
import { folderError } from './folder-error.js';
import { artefactParts, type PlacedPlugin, type PluginsFolder } from './plugins-folder.js';

/** Path of a plugin's file for people, and for system calls. */
interface Spot {
  readonly shown: string;
  readonly call: string;
}

/** What lies where the plugin goes, and where the recorded one is, in a folder that is held. */
export function presentIn(folder: PluginsFolder, wanted: InstalledPlugin, installed: readonly InstalledPlugin[]) {
  return lookAt(wanted, installed, (plugin) => {
    const place = folder.placeOf(plugin);
    return { shown: place.path, call: place.folder.at(place.name) };
  });
}

/** As {@link presentIn}, without making or holding anything. */
export function presentBelow(folder: string, wanted: InstalledPlugin, installed: readonly InstalledPlugin[]) {
  return lookAt(wanted, installed, (plugin) => {
    const file = path.join(folder, ...artefactParts(plugin));
    return { shown: file, call: file };
  });
}

async function lookAt(
  wanted: InstalledPlugin,
  installed: readonly InstalledPlugin[],
  spotOf: (plugin: PlacedPlugin) => Spot,
): Promise<PresentFiles> {
  const spot = spotOf(wanted);
  const before = recordedOf(wanted, installed);
  const old = before === undefined ? spot : spotOf(before);
  const moves = old.shown !== spot.shown;
  return { atPlace: await digest(spot), atOldPlace: moves ? await digest(old) : undefined, moves };
}

function digest({ call, shown }: Spot) {
  return digestOf(call).catch((error) => {
    throw folderError(error, shown);
  });
}
