import { KafkaContext, MqttContext, NatsContext, RedisContext, RmqContext, TcpContext } from '@nestjs/microservices';

import type { HeaderCarrier } from '../../http/platform.js';
import { headerValuesOf } from '../../http/platform.js';
import { rpcCarrier, rpcHolder } from './rpc.carrier.js';

const valuesOf = (carrier: HeaderCarrier): string[] => headerValuesOf(carrier, 'authorization');

/** As NATS has it: the keys in whichever case they were sent. */
class NatsHeaders {
  constructor(private readonly fields: Readonly<Record<string, string[]>>) {}
  keys = (): string[] => Object.keys(this.fields);
  values = (key: string): string[] => this.fields[key] ?? [];
}

/** As gRPC has it. */
class GrpcMetadata {
  constructor(private readonly fields: Readonly<Record<string, (string | Buffer)[]>>) {}
  get = (key: string): (string | Buffer)[] => this.fields[key] ?? [];
  getMap = (): object => this.fields;
}

const kafka = (headers: object): KafkaContext =>
  new KafkaContext([{ headers }] as unknown[] as ConstructorParameters<typeof KafkaContext>[0]);

describe('the credential of an RPC message', () => {
  it.each<[string, unknown]>([
    ['Kafka', kafka({ authorization: Buffer.from('Bearer t') })],
    ['Kafka, as text', kafka({ Authorization: 'Bearer t' })],
    ['RabbitMQ', new RmqContext([{ properties: { headers: { authorization: 'Bearer t' } } }, {}, 'p'])],
    ['NATS', new NatsContext(['subject', new NatsHeaders({ Authorization: ['Bearer t'] })])],
    ['MQTT', new MqttContext(['topic', { properties: { userProperties: { authorization: 'Bearer t' } } }])],
    ['gRPC', new GrpcMetadata({ authorization: ['Bearer t'] })],
  ])('is in the headers of %s, whatever the payload says', (_transport, context) => {
    expect(valuesOf(rpcCarrier({ authorization: 'Bearer other' }, context))).toEqual(['Bearer t']);
  });

  it.each<[string, unknown]>([
    ['Kafka', kafka({})],
    ['RabbitMQ', new RmqContext([{ properties: {} }, {}, 'p'])],
    ['NATS', new NatsContext(['subject', undefined])],
    ['MQTT', new MqttContext(['topic', {}])],
    ['gRPC', new GrpcMetadata({})],
  ])('is missing without headers of %s', (_transport, context) => {
    expect(valuesOf(rpcCarrier({ authorization: 'Bearer other' }, context))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['TCP', new TcpContext([{}, 'pattern', undefined] as unknown[] as ConstructorParameters<typeof TcpContext>[0])],
    ['Redis', new RedisContext(['channel'] as unknown[] as ConstructorParameters<typeof RedisContext>[0])],
    ['a transport that knows nothing of metadata', {}],
  ])('is in the payload of %s', (_transport, context) => {
    expect(valuesOf(rpcCarrier({ authorization: 'Bearer t' }, context))).toEqual(['Bearer t']);
    for (const payload of [null, undefined, 'authorization', 1, [], {}, Object.create({ authorization: 'Bearer t' })]) {
      expect(valuesOf(rpcCarrier(payload, context))).toEqual([]);
    }
  });

  it('is as many fields as there are different ones', () => {
    expect(valuesOf(rpcCarrier({}, new GrpcMetadata({ authorization: ['Bearer a', 'Bearer b'] })))).toEqual([
      'Bearer a',
      'Bearer b',
    ]);
    expect(valuesOf(rpcCarrier({}, kafka({ authorization: ['Bearer a', 'Bearer a'] })))).toEqual(['Bearer a']);
  });
});

describe('the principal of an RPC message', () => {
  it('is kept on its context, which therefore has to be there', () => {
    const context = {};
    expect(rpcHolder(context)).toBe(context);
    expect(() => rpcHolder(undefined)).toThrow(/gives no context/);
  });
});
