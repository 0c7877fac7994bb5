pm.environment.set('standardMessageId', pm.variables.replaceIn('{{$randomUUID}}'));
