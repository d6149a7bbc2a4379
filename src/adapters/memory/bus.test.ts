import { busContract } from '../../../tests/conformance/bus.ts';
import { MemoryBus } from './bus.ts';

busContract('memory', async () => ({ nodes: [new MemoryBus()], settle: async () => {} }));
