// What a story over WebDriver is given: a server of its own, and as many people's browsers as it asks for.

import { expect, withServer } from '../support/fixtures';
import { WebDriverDevice } from './device';

interface Stage {
  open: (name: string) => Promise<WebDriverDevice>;
}

export const test = withServer.extend<Stage>({
  open: async ({ server }, use, info) => {
    const devices: WebDriverDevice[] = [];
    await use(async (name) => {
      const device = await WebDriverDevice.create(server, name);
      devices.push(device);
      return device;
    });
    const failed = info.status !== info.expectedStatus;
    for (const device of devices) {
      if (failed) console.log(await device.look(info.outputPath(`${device.name}.png`)));
      await device.dispose();
    }
    const problems = devices.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));
    expect(problems, 'broken scripts and refused resources').toEqual([]);
  },
});
